package sqlite

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/pressly/goose/v3"

	"homebound/db/migrations"
)

// Migrate brings a draft's file to the newest schema.
func Migrate(ctx context.Context, file *sql.DB) error {
	provider, err := migrationsOf(file)
	if err != nil {
		return err
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("migrate: %w", Translate(ctx, err))
	}
	return nil
}

func migrationsOf(file *sql.DB) (*goose.Provider, error) {
	provider, err := goose.NewProvider(goose.DialectSQLite3, file, migrations.Files,
		goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return nil, fmt.Errorf("migrations: %w", err)
	}
	return provider, nil
}
