// Package demo shows the firewall at its work, on real traffic, to somebody who
// has just downloaded it: three network namespaces, real sockets, and a story
// told in steps. It owns the laboratory for as long as it runs and leaves
// nothing behind. `sallyport demo` calls it.
package demo
