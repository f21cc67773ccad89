/* BG/NBD in plain C: groups rows (x, t_x, T in days), fits by damped Newton steps on the logarithms of the parameters with analytic gradients, and
   predicts P(alive) and the purchases of 52 weeks for every row. Two threads share the rows of the likelihood and of the prediction.
   Usage: bgnbd FILE, of three 32-bit integers a row. Prints seconds, the parameters and the log-likelihood. */
#include <math.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct { int32_t x, last, age; } row;
typedef struct { row key; double n, alive, expected; } group;

static row *rows;
static int64_t row_count;
static group *groups;
static int64_t group_count;
static int32_t *group_of;
static int max_x, max_day;
static double total;

static double now(void) { struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return t.tv_sec + t.tv_nsec * 1e-9; }

static double digamma(double x) {
  double sum = 0;
  for (; x < 12; x++) sum -= 1 / x;
  double s = 1 / (x * x);
  return sum + log(x) - 0.5 / x - s * (1.0 / 12 - s * (1.0 / 120 - s * (1.0 / 252 - s * (1.0 / 240 - s * (1.0 / 132 - s * (691.0 / 32760 - s / 12))))));
}

static double log_gamma(double x) { int sign; return lgamma_r(x, &sign); }

/* Open addressing; the table is twice the rows' different histories. */
static void make_groups(void) {
  int64_t size = 1 << 22, mask = size - 1;
  int32_t *table = malloc(size * sizeof *table);
  memset(table, 255, size * sizeof *table);
  groups = malloc((size / 2) * sizeof *groups);
  group_of = malloc(row_count * sizeof *group_of);
  for (int64_t i = 0; i < row_count; i++) {
    row r = rows[i];
    uint64_t h = ((uint64_t)r.x * 0x9E3779B97F4A7C15ull) ^ ((uint64_t)r.last * 0xC2B2AE3D27D4EB4Full) ^ ((uint64_t)r.age * 0x165667B19E3779F9ull);
    int64_t at = (h ^ (h >> 29)) & mask;
    while (table[at] >= 0 && memcmp(&groups[table[at]].key, &r, sizeof r)) at = (at + 1) & mask;
    if (table[at] < 0) {
      table[at] = (int32_t)group_count;
      groups[group_count++] = (group){ r, 0, 0, 0 };
      if (r.x > max_x) max_x = r.x;
      if (r.age > max_day) max_day = r.age;
    }
    group_of[i] = table[at];
    groups[table[at]].n++;
  }
  free(table);
  total = (double)row_count;
}

static double par[4], *of_x, *log_day, *inverse_day;
typedef struct { int64_t from, to; double sums[5]; } part;

static void *add(void *arg) {
  part *p = arg;
  double r = par[0], alpha = par[1], a = par[2], b = par[3], log_alpha = log(alpha);
  for (int64_t i = p->from; i < p->to; i++) {
    group *g = &groups[i];
    const double *o = of_x + 7 * g->key.x;
    double shape = r + g->key.x, age = log_day[g->key.age], last = log_day[g->key.last];
    double stayed = -shape * age, left = o[1] - shape * last, high, odds, share;
    if (left > stayed) { high = left; odds = exp(stayed - left); share = 1 / (1 + odds); }
    else { high = stayed; odds = exp(left - stayed); share = odds / (1 + odds); }
    p->sums[0] += g->n * (o[0] + r * log_alpha + high + log(1 + odds));
    p->sums[1] += g->n * r * (o[2] + log_alpha - ((1 - share) * age + share * last));
    p->sums[2] += g->n * (r - alpha * shape * ((1 - share) * inverse_day[g->key.age] + share * inverse_day[g->key.last]));
    p->sums[3] += g->n * a * (o[3] + share / a);
    p->sums[4] += g->n * b * (o[4] - share * o[5]);
  }
  return NULL;
}

static double likelihood(const double *logs, double *gradient) {
  for (int i = 0; i < 4; i++) par[i] = exp(logs[i]);
  double r = par[0], alpha = par[1], a = par[2], b = par[3];
  for (int x = 0; x <= max_x; x++) {
    double *o = of_x + 7 * x;
    o[0] = log_gamma(r + x) - log_gamma(r) + log_gamma(a + b) - log_gamma(a + b + x) + log_gamma(b + x) - log_gamma(b);
    o[1] = x ? log(a / (b + x - 1)) : -INFINITY;
    o[2] = digamma(r + x) - digamma(r);
    o[3] = digamma(a + b) - digamma(a + b + x);
    o[4] = o[3] + digamma(b + x) - digamma(b);
    o[5] = x ? 1 / (b + x - 1) : 0;
  }
  for (int d = 0; d <= max_day; d++) { log_day[d] = log(alpha + d / 7.0); inverse_day[d] = 1 / (alpha + d / 7.0); }
  part parts[2] = { { 0, group_count / 2, { 0 } }, { group_count / 2, group_count, { 0 } } };
  pthread_t other;
  pthread_create(&other, NULL, add, &parts[1]);
  add(&parts[0]);
  pthread_join(other, NULL);
  for (int i = 0; i < 4; i++) gradient[i] = -(parts[0].sums[i + 1] + parts[1].sums[i + 1]) / total;
  return -(parts[0].sums[0] + parts[1].sums[0]) / total;
}

static void solve(double m[4][4], double *v) {
  for (int k = 0; k < 4; k++) {
    for (int i = k + 1; i < 4; i++) {
      double f = m[i][k] / m[k][k];
      for (int j = k; j < 4; j++) m[i][j] -= f * m[k][j];
      v[i] -= f * v[k];
    }
  }
  for (int k = 3; k >= 0; k--) { for (int j = k + 1; j < 4; j++) v[k] -= m[k][j] * v[j]; v[k] /= m[k][k]; }
}

static double fit(double *p) {
  double g[4], value = likelihood(p, g), damping = 0.1;
  for (int step = 0; step < 200; step++) {
    double h[4][4], up[4], down[4], worst = 0;
    for (int i = 0; i < 4; i++) if (fabs(g[i]) > worst) worst = fabs(g[i]);
    if (worst < 1e-10) break;
    for (int i = 0; i < 4; i++) {
      double at = p[i];
      p[i] = at + 1e-5; likelihood(p, up);
      p[i] = at - 1e-5; likelihood(p, down);
      p[i] = at;
      for (int j = 0; j < 4; j++) h[i][j] = (up[j] - down[j]) / 2e-5;
    }
    for (int tries = 0; tries < 30; tries++) {
      double m[4][4], d[4], next[4], ng[4];
      for (int i = 0; i < 4; i++) { for (int j = 0; j < 4; j++) m[i][j] = (h[i][j] + h[j][i]) / 2; m[i][i] += damping; d[i] = -g[i]; }
      solve(m, d);
      for (int i = 0; i < 4; i++) next[i] = p[i] + (d[i] > 2 ? 2 : d[i] < -2 ? -2 : d[i]);
      double v = likelihood(next, ng);
      if (v <= value + 1e-14 * fabs(value)) { memcpy(p, next, sizeof next); memcpy(g, ng, sizeof ng); value = v; damping = damping < 1e-9 ? 0 : damping / 10; break; }
      damping = damping == 0 ? 1e-6 : damping * 10;
    }
  }
  likelihood(p, g);
  return -value * total;
}

static void *predict(void *arg) {
  part *p = arg;
  double r = par[0], alpha = par[1], a = par[2], b = par[3], t = 52;
  for (int64_t i = p->from; i < p->to; i++) {
    group *g = &groups[i];
    double x = g->key.x, age = g->key.age / 7.0, last = g->key.last / 7.0;
    g->alive = x ? 1 / (1 + a / (b + x - 1) * exp((r + x) * log((alpha + age) / (alpha + last)))) : 1;
    double z = t / (alpha + age + t), c = a + b + x - 1, e = a - 1, l = log1p(-z), term = (c - r - x) / c * z, sum = 0;
    for (int n = 1; n < 100000; n++) {
      sum += term;
      if (fabs(term) <= 1e-17 * fabs(sum)) break;
      term *= (c - r - x + n) * (a + n - 1) / ((c + n) * (n + 1)) * z;
    }
    g->expected = g->alive * c * (-expm1(e * l) / e - sum * exp(e * l));
  }
  return NULL;
}

int main(int argc, char **argv) {
  if (argc != 2) return 2;
  FILE *file = fopen(argv[1], "rb");
  if (!file) return 1;
  fseek(file, 0, SEEK_END);
  row_count = ftell(file) / sizeof(row);
  rewind(file);
  rows = malloc(row_count * sizeof *rows);
  if (fread(rows, sizeof *rows, row_count, file) != (size_t)row_count) return 1;
  fclose(file);
  double begin = now();
  make_groups();
  of_x = malloc(7 * sizeof(double) * (max_x + 1));
  log_day = malloc(sizeof(double) * (max_day + 1));
  inverse_day = malloc(sizeof(double) * (max_day + 1));
  double repeats = 0, ages = 0;
  for (int64_t i = 0; i < group_count; i++) { repeats += groups[i].n * groups[i].key.x; ages += groups[i].n * groups[i].key.age / 7.0; }
  double p[4] = { log(0.5), log(0.5 * ages / repeats), log(0.7), log(2.5) };
  double value = fit(p);
  part parts[2] = { { 0, group_count / 2, { 0 } }, { group_count / 2, group_count, { 0 } } };
  pthread_t other;
  pthread_create(&other, NULL, predict, &parts[1]);
  predict(&parts[0]);
  pthread_join(other, NULL);
  double *alive = malloc(row_count * sizeof(double)), *expected = malloc(row_count * sizeof(double)), sum = 0;
  for (int64_t i = 0; i < row_count; i++) { group *g = &groups[group_of[i]]; alive[i] = g->alive; expected[i] = g->expected; sum += g->expected; }
  printf("%.6f %.9g %.9g %.9g %.9g %.6f %.6f %lld\n", now() - begin, par[0], par[1], par[2], par[3], value, sum, (long long)group_count);
  return 0;
}
