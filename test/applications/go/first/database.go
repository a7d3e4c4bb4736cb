package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/go-sql-driver/mysql"
)

// The driver has a form of its own for addresses, so the parts of the URL go into its settings.
func open() (*sql.DB, error) {
	given, err := url.Parse(os.Getenv("DATABASE_URL"))
	if err != nil || given.Host == "" {
		return nil, errors.New("DATABASE_URL must be mysql://user:password@host:port/name")
	}
	config := mysql.NewConfig()
	config.Net, config.Addr = "tcp", given.Host
	config.User = given.User.Username()
	config.Passwd, _ = given.User.Password()
	config.DBName = strings.TrimPrefix(given.Path, "/")
	config.ParseTime = true
	if config.TLS, err = authority(given.Hostname()); err != nil {
		return nil, err
	}
	connector, err := mysql.NewConnector(config)
	if err != nil {
		return nil, err
	}
	db := sql.OpenDB(connector)
	db.SetMaxOpenConns(10)
	db.SetMaxIdleConns(10)
	db.SetConnMaxLifetime(time.Minute)
	return db, nil
}

func authority(host string) (*tls.Config, error) {
	file := os.Getenv("DATABASE_CA_FILE")
	if file == "" {
		return nil, nil
	}
	pem, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("%s has no certificate", file)
	}
	return &tls.Config{RootCAs: pool, ServerName: host, MinVersion: tls.VersionTLS12}, nil
}

// Each step leaves a schema that the release before can use.
var steps = map[string][]string{
	"1": {`CREATE TABLE entries (id BIGINT AUTO_INCREMENT PRIMARY KEY, text VARCHAR(1000) NOT NULL, done BOOLEAN NOT NULL DEFAULT FALSE)`},
	"2": {`ALTER TABLE entries ADD COLUMN amount INT NOT NULL DEFAULT 0`},
}

func migrate(ctx context.Context) error {
	db, err := open()
	if err != nil {
		return err
	}
	defer db.Close()
	if _, err := db.ExecContext(ctx, `CREATE TABLE IF NOT EXISTS steps (number VARCHAR(10) PRIMARY KEY)`); err != nil {
		return err
	}
	for _, number := range []string{"1", "2"} {
		if number > version {
			break
		}
		var found int
		if err := db.QueryRowContext(ctx, `SELECT COUNT(*) FROM steps WHERE number = ?`, number).Scan(&found); err != nil {
			return err
		}
		if found > 0 {
			continue
		}
		for _, statement := range append(steps[number], `INSERT INTO steps VALUES ('`+number+`')`) {
			if _, err := db.ExecContext(ctx, statement); err != nil {
				return err
			}
		}
		slog.Info("migrated", "step", number)
	}
	return nil
}
