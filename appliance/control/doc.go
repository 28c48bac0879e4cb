// Package control is the door through which a running firewall is asked and
// told things: HTTP and JSON over a unix socket, its server and its client.
//
// It owns the API's types, the socket's file, and the filter language that
// picks sessions. The appliance stands behind it as a Backend; the command line
// uses the Client. openapi.yaml beside this file describes it to everybody
// else. Lists are JSON lines, an object a line, so that a table of a million
// sessions is neither held in memory nor copied under a lock.
//
// It imports neither appliance nor cmd.
package control
