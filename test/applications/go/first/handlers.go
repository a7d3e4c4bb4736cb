package main

import (
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
)

type entry struct {
	ID     int64  `json:"id"`
	Text   string `json:"text"`
	Done   bool   `json:"done"`
	Amount int    `json:"amount"`
}

func routes(db *sql.DB) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		if err := db.PingContext(r.Context()); err != nil {
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
		}
	})
	mux.HandleFunc("GET /entries", func(w http.ResponseWriter, r *http.Request) {
		found, err := entries(r, db)
		if failed(w, err) {
			return
		}
		reply(w, http.StatusOK, map[string]any{"server": os.Getenv("SERVER_NAME"), "version": version, "entries": found})
	})
	mux.HandleFunc("POST /entries", func(w http.ResponseWriter, r *http.Request) {
		var given entry
		if err := json.NewDecoder(r.Body).Decode(&given); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		done, err := db.ExecContext(r.Context(), `INSERT INTO entries (text) VALUES (?)`, given.Text)
		if failed(w, err) {
			return
		}
		given.ID, _ = done.LastInsertId()
		reply(w, http.StatusCreated, given)
	})
	mux.HandleFunc("POST /files", receive)
	mux.Handle("GET /files/", http.StripPrefix("/files/", http.FileServer(http.Dir(folder()))))
	return mux
}

func entries(r *http.Request, db *sql.DB) ([]entry, error) {
	columns := "id, text, done, 0"
	if version > "1" {
		columns = "id, text, done, amount"
	}
	rows, err := db.QueryContext(r.Context(), "SELECT "+columns+" FROM entries ORDER BY id DESC LIMIT 1000")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	found := []entry{}
	for rows.Next() {
		var one entry
		if err := rows.Scan(&one.ID, &one.Text, &one.Done, &one.Amount); err != nil {
			return nil, err
		}
		found = append(found, one)
	}
	return found, rows.Err()
}

func folder() string { return variable("UPLOADS", "/uploads") }

// receive keeps a body as a file. It gets its name when it is complete.
func receive(w http.ResponseWriter, r *http.Request) {
	part, err := os.CreateTemp(folder(), ".part-")
	if failed(w, err) {
		return
	}
	defer os.Remove(part.Name())
	_, err = io.Copy(part, r.Body)
	if failed(w, err) || failed(w, part.Sync()) || failed(w, part.Close()) {
		return
	}
	name := rand.Text()
	if failed(w, os.Rename(part.Name(), filepath.Join(folder(), name))) {
		return
	}
	reply(w, http.StatusCreated, map[string]string{"path": "/files/" + name})
}

func failed(w http.ResponseWriter, err error) bool {
	if err == nil {
		return false
	}
	slog.Error("a request failed", "error", err)
	http.Error(w, "the request failed", http.StatusInternalServerError)
	return true
}

func reply(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if err := json.NewEncoder(w).Encode(value); err != nil {
		slog.Error("an answer ended early", "error", err)
	}
}
