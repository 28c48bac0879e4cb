// Package craft makes a packet from a description of it: for whoever asks what
// would become of one that nobody has sent.
//
// It owns what is to be filled in where nothing was said, so that the packet is
// one that a correct host could send. appliance/explain calls it, and conf
// describes with it what a [[test]] sends.
package craft
