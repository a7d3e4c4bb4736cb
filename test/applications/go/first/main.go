// Ledger is a small service as Go programs are usually shipped: one static executable, without a shell beside it.
package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// The release's number, which the linker sets. The second release needs a column more.
var version = "1"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	command := "serve"
	if len(os.Args) > 1 {
		command = os.Args[1]
	}
	commands := map[string]func(context.Context) error{"serve": serve, "worker": worker, "migrate": migrate}
	run, known := commands[command]
	if !known {
		slog.Error("unknown command", "command", command)
		os.Exit(2)
	}
	if err := run(ctx); err != nil {
		slog.Error(command+" ended", "error", err)
		os.Exit(1)
	}
}

func serve(ctx context.Context) error {
	db, err := open()
	if err != nil {
		return err
	}
	defer db.Close()
	server := &http.Server{
		Addr:              net.JoinHostPort(variable("HOST", "0.0.0.0"), variable("PORT", "8080")),
		Handler:           routes(db),
		ReadHeaderTimeout: 10 * time.Second,
	}
	ended := make(chan error, 1)
	go func() { ended <- server.ListenAndServe() }()
	slog.Info("listening", "address", server.Addr, "version", version)
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	// What most programs do: no new connection from here on, and the requests in work get their answers.
	patience, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err := server.Shutdown(patience); err != nil {
		return err
	}
	if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	slog.Info("all requests are answered")
	return nil
}

func variable(name, usual string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return usual
}
