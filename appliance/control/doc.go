// Package control is the door through which a running firewall is asked and
// told things: HTTP and JSON over a unix socket, its server and its client.
//
// It owns the API's types, the socket's file, and the filter language that
// picks sessions. The appliance stands behind it as a Backend; the command line
// uses the Client. openapi.yaml beside this file describes it to everybody
// else. Lists are JSON lines, an object a line, so that a table of a million
// sessions is neither held in memory nor copied under a lock. A file for each
// thing that can be asked holds its types, its method of the Client and its
// handler. Durations are whole seconds throughout, times RFC 3339 in UTC,
// addresses strings. Fields may be added; none changes its meaning or goes.
//
// It imports neither appliance nor cmd.
package control
