/* Fills chunks of ten columns by DuckDB's C interface and appends them: what rows from .NET are measured against. Usage: append ROWS → seconds. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* The few functions used, as duckdb.h declares them. */
typedef uint64_t idx_t;
typedef void *handle;
int duckdb_open(const char *path, handle *database);
int duckdb_connect(handle database, handle *connection);
int duckdb_query(handle connection, const char *sql, void *result);
int duckdb_appender_create(handle connection, const char *schema, const char *table, handle *appender);
int duckdb_append_data_chunk(handle appender, handle chunk);
int duckdb_appender_close(handle appender);
handle duckdb_appender_column_type(handle appender, idx_t column);
handle duckdb_create_data_chunk(handle *types, idx_t count);
handle duckdb_data_chunk_get_vector(handle chunk, idx_t column);
void *duckdb_vector_get_data(handle vector);
void duckdb_vector_ensure_validity_writable(handle vector);
uint64_t *duckdb_vector_get_validity(handle vector);
void duckdb_vector_assign_string_element_len(handle vector, idx_t row, const char *text, idx_t length);
void duckdb_data_chunk_set_size(handle chunk, idx_t size);
void duckdb_data_chunk_reset(handle chunk);
idx_t duckdb_vector_size(void);

int main(int argc, char **argv) {
  long rows = argc > 1 ? atol(argv[1]) : 5000000;
  handle database, connection, appender, types[10], chunk, vectors[10];
  void *data[10];
  if (duckdb_open(NULL, &database) || duckdb_connect(database, &connection)) return 1;
  if (duckdb_query(connection, "SET threads = 1", NULL)) return 1;
  if (duckdb_query(connection,
                   "CREATE TEMP TABLE t (a BIGINT, b INTEGER, c DOUBLE, d DECIMAL(18,2), e BOOLEAN, f DATE, g TIMESTAMP, h VARCHAR, i VARCHAR, j BIGINT); BEGIN",
                   NULL)) return 1;
  struct timespec begin, end;
  clock_gettime(CLOCK_MONOTONIC, &begin);
  if (duckdb_appender_create(connection, NULL, "t", &appender)) return 1;
  for (int c = 0; c < 10; c++) types[c] = duckdb_appender_column_type(appender, c);
  chunk = duckdb_create_data_chunk(types, 10);
  idx_t capacity = duckdb_vector_size();
  for (long from = 0; from < rows; from += capacity) {
    idx_t size = rows - from < (long)capacity ? (idx_t)(rows - from) : capacity;
    for (int c = 0; c < 10; c++) {
      vectors[c] = duckdb_data_chunk_get_vector(chunk, c);
      data[c] = duckdb_vector_get_data(vectors[c]);
    }
    duckdb_vector_ensure_validity_writable(vectors[9]);
    uint64_t *validity = duckdb_vector_get_validity(vectors[9]);
    for (idx_t r = 0; r < size; r++) {
      long n = from + r;
      char text[32];
      ((int64_t *)data[0])[r] = n;
      ((int32_t *)data[1])[r] = (int32_t)(n % 1000);
      ((double *)data[2])[r] = n * 0.5;
      ((int64_t *)data[3])[r] = n * 25;
      ((uint8_t *)data[4])[r] = n % 3 == 0;
      ((int32_t *)data[5])[r] = (int32_t)(n % 20000);
      ((int64_t *)data[6])[r] = n * 1000000;
      memcpy(text, "customer-0000000000-name", 24);
      for (long k = n, at = 18; k > 0; k /= 10) text[at--] = (char)('0' + k % 10);
      duckdb_vector_assign_string_element_len(vectors[7], r, text, 24);
      duckdb_vector_assign_string_element_len(vectors[8], r, text + 13, 6);
      if (n % 10 == 0) validity[r >> 6] &= ~(1ULL << (r & 63));
      else ((int64_t *)data[9])[r] = n;
    }
    duckdb_data_chunk_set_size(chunk, size);
    if (duckdb_append_data_chunk(appender, chunk)) return 1;
    duckdb_data_chunk_reset(chunk);
  }
  if (duckdb_appender_close(appender) || duckdb_query(connection, "COMMIT", NULL)) return 1;
  clock_gettime(CLOCK_MONOTONIC, &end);
  printf("%.4f\n", end.tv_sec - begin.tv_sec + (end.tv_nsec - begin.tv_nsec) / 1e9);
  /* The end of the process frees the rest. */
  fflush(stdout);
  _Exit(0);
}
