@echo off
rem Builds with warnings as errors, runs every test, and ends with one line: N passed, N failed, N skipped. Options: --full, --filter X.
setlocal
cd /d "%~dp0"
set "filter="
:options
if "%~1"=="" goto start
if "%~1"=="--full" (set CRM_TESTS_FULL=1& shift & goto options)
if "%~1"=="--filter" (set filter=--filter "%~2"& shift & shift & goto options)
echo test.cmd: '%~1' is not an option. Expected --full or --filter X. 1>&2
exit /b 2

:start
for %%p in (dotnet node npm) do where %%p >nul 2>nul || (echo test.cmd: %%p was not found on the PATH. Install it, then try again. & exit /b 1)
if exist artifacts\test-results rmdir /s /q artifacts\test-results
if not exist node_modules call npm ci --no-audit --no-fund || exit /b 1
dotnet build Crm.Analytics.sln --verbosity quiet || exit /b 1
call crm.cmd --version >nul || exit /b 1
dotnet test tests\Crm.Analytics.Tests.csproj --no-build --verbosity quiet --logger "trx;LogFileName=tests.trx" --logger "console;verbosity=minimal" --results-directory artifacts\test-results %filter%
set "failed=%ERRORLEVEL%"
powershell -NoProfile -Command "$c = ([xml](Get-Content -Raw 'artifacts/test-results/tests.trx')).TestRun.ResultSummary.Counters; $s = $c.total - $c.executed; \"$($c.passed) passed, $($c.failed) failed, $s skipped\"; if ([int]$c.executed -eq 0) { exit 1 }" || exit /b 1
exit /b %failed%
