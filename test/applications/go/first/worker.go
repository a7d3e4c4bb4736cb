package main

import (
	"context"
	"log/slog"
	"time"
)

// worker marks entries as done, one batch each second, and ends between two batches.
func worker(ctx context.Context) error {
	db, err := open()
	if err != nil {
		return err
	}
	defer db.Close()
	for ticks := time.Tick(time.Second); ; {
		select {
		case <-ctx.Done():
			slog.Info("the worker ended in order")
			return nil
		case <-ticks:
		}
		done, err := db.Exec(`UPDATE entries SET done = TRUE WHERE NOT done ORDER BY id LIMIT 100`)
		if err != nil {
			slog.Error("a batch failed", "error", err)
			continue
		}
		if count, _ := done.RowsAffected(); count > 0 {
			slog.Info("a batch is done", "entries", count)
		}
	}
}
