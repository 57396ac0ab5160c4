// Command ferretdb serves the MongoDB wire protocol over SQLite, for tests on machines without mongod.
//
// It embeds FerretDB because FerretDB's own command, built from the module, panics at start: the
// module lacks the generated file version.txt. The embedded package never reads that file.
package main

import (
	"context"
	"flag"
	"log/slog"
	"net"
	"net/url"
	"os"
	"path/filepath"

	"github.com/FerretDB/FerretDB/ferretdb"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:0", "TCP address to listen on")
	dir := flag.String("dir", "", "existing directory for the data and the inner socket")
	flag.Parse()

	logger := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))
	slog.SetDefault(logger)

	if *dir == "" {
		logger.Error("-dir is required")
		os.Exit(2)
	}

	if err := run(*listen, *dir, logger); err != nil {
		logger.Error("stopped", "error", err)
		os.Exit(1)
	}
}

func run(listen, dir string, logger *slog.Logger) error {
	socket := filepath.Join(dir, "inner.sock")

	db, err := ferretdb.New(&ferretdb.Config{
		Listener:  ferretdb.ListenerConfig{Unix: socket},
		Logger:    logger,
		Handler:   "sqlite",
		SQLiteURL: sqliteURL(dir),
	})
	if err != nil {
		return err
	}

	listener, err := net.Listen("tcp", listen)
	if err != nil {
		return err
	}

	go func() { _ = db.Run(context.Background()) }()

	return (&oneAtATime{socket: socket}).serve(listener)
}

// sqliteURL turns fsync off: the data only has to live as long as one test run.
func sqliteURL(dir string) string {
	query := url.Values{"_pragma": {"synchronous(off)"}}

	return (&url.URL{Scheme: "file", OmitHost: true, Path: dir + "/", RawQuery: query.Encode()}).String()
}
