#!/bin/sh
# Measures Crm.Analytics against hand-written work, as ratios within one run.
# The table of each call is kept in bench/results, with the date and what it ran on.
#   ./bench.sh            each kind at a million lines or customers: some minutes
#   ./bench.sh --full     every size that a promise names: hours, 25 GB of disk
#   ./bench.sh etl        the ETL of Online Retail beside a hand-written script
#   ./bench.sh query      a cold `crm query` beside a minimal program
#   ./bench.sh load       a made-up shop of --millions N lines (1) beside a hand-written script, and a second day of 1 % change, --rounds N times (1)
#   ./bench.sh olap       questions through the API beside hand-written SQL, rollups and which is chosen, drilling, remembered answers, ad-hoc SQL, Malloy, SQLite and PostgreSQL where they
#                         are, over --millions N lines (1) and beside those of --beside N; --parts typical,rollups,drill,small,remembered,routing,malloy,peers for some of it
#   ./bench.sh append     rows from .NET beside a C program that fills the engine's chunks
#   ./bench.sh identity   matching of 10 thousand, 100 thousand and a million records beside hand-written SQL that scores the same pairs
#   ./bench.sh clv        BG/NBD fit and prediction beside a plain C program (--millions 10)
#   ./bench.sh rfm        RFM scoring beside SQL by hand, with its memory (--customers 10000000, --rounds N times)
#   ./bench.sh baskets    what is bought together in ten thousand to a million baskets, with little memory (--baskets N at most)
#   ./bench.sh serve      requests a second and how long they take beside the bare framework, alone and during loads, and memory over --requests N (180000) of them
#   ./bench.sh page DIR   the executive overview of the project in DIR in a browser, beside the same bytes from memory
set -eu
cd "$(dirname -- "$0")"
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
./crm --help >/dev/null
dotnet build bench/Minimal --configuration Release --nologo --verbosity quiet
dotnet build bench --configuration Release --nologo --verbosity quiet
exec artifacts/bin/Crm.Analytics.Bench/release/bench "$@"
