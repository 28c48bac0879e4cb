package main

// suite is all experiments, in the order of the paper. What a profile must show
// is in the words of trial and conversation.
var suite = []section{
	{title: "Building a connection", rows: buildingRows},
	{title: "Within a connection", rows: withinRows},
	{title: "Closing a connection", rows: closingRows},
	{title: "UDP", rows: udpRows},
	{title: "ICMP", rows: icmpRows},
	{title: "Fragments", setup: shortFragments, rows: fragmentRows},
	{title: "The table and the rules", rows: tableRows},
}
