package main

// suite is all experiments, in the order of the paper. What a profile must show
// is in the words of trial and conversation.
var suite = []section{
	{"Building a connection", buildingRows},
	{"Within a connection", withinRows},
	{"Closing a connection", closingRows},
	{"UDP", udpRows},
	{"ICMP", icmpRows},
	{"Fragments", fragmentRows},
	{"The table and the rules", tableRows},
}
