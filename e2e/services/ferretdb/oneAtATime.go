package main

import (
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"sync"
)

const (
	headerBytes     = 16
	maxMessageBytes = 48_000_000 // the limit MongoDB announces
	opMsg           = 2013
	moreToCome      = 1 << 1 // the client wants no reply
)

// oneAtATime stands between clients and FerretDB and lets a single command through at a time.
//
// FerretDB v1 executes an update as a query followed by a separate write, so two clients that
// compare-and-set the same version could both win. MongoDB promises that an update of one document
// is atomic; the tests need that promise more than they need concurrency.
type oneAtATime struct {
	socket string
	mutex  sync.Mutex
}

// serve accepts clients until the listener fails.
func (o *oneAtATime) serve(listener net.Listener) error {
	for {
		client, err := listener.Accept()
		if err != nil {
			return err
		}

		go o.relay(client)
	}
}

// relay ends with the client's connection, or with FerretDB's: the client's driver reports either.
func (o *oneAtATime) relay(client net.Conn) {
	defer client.Close()

	inner, err := net.Dial("unix", o.socket)
	if err != nil {
		return
	}
	defer inner.Close()

	for {
		request, err := readMessage(client)
		if err != nil {
			return
		}

		reply, err := o.exchange(inner, request)
		if err != nil {
			return
		}

		// FerretDB answers even what wants no reply; passing that on would shift every later answer.
		if wantsNoReply(request) {
			continue
		}

		if _, err := client.Write(reply); err != nil {
			return
		}
	}
}

func (o *oneAtATime) exchange(inner net.Conn, request []byte) ([]byte, error) {
	o.mutex.Lock()
	defer o.mutex.Unlock()

	if _, err := inner.Write(request); err != nil {
		return nil, err
	}

	return readMessage(inner)
}

// readMessage returns one whole wire-protocol message; its first four bytes are its length.
func readMessage(source io.Reader) ([]byte, error) {
	var prefix [4]byte
	if _, err := io.ReadFull(source, prefix[:]); err != nil {
		return nil, err
	}

	length := binary.LittleEndian.Uint32(prefix[:])
	if length < headerBytes || length > maxMessageBytes {
		return nil, fmt.Errorf("message of %d bytes", length)
	}

	message := make([]byte, length)
	copy(message, prefix[:])
	_, err := io.ReadFull(source, message[len(prefix):])

	return message, err
}

func wantsNoReply(message []byte) bool {
	if len(message) < headerBytes+4 || binary.LittleEndian.Uint32(message[12:]) != opMsg {
		return false
	}

	return binary.LittleEndian.Uint32(message[headerBytes:])&moreToCome != 0
}
