// Package doctor looks at the machine and says why the firewall would not work
// on it, with what to do about each thing, to be pasted. It also says who would
// be cut off by starting it.
//
// Looking (Facts, Gather) and judging (Judge) are apart: judging is pure.
// Looking changes nothing but a TUN device that it makes and removes.
// `sallyport doctor` calls it, and appliance asks it for Lockout.
package doctor
