@echo off
rem Starts Crm.Analytics. Builds it before, but only when the listing of the sources differs from the one of the last build.
setlocal
set "home=%~dp0"
set "built=%home%artifacts\crm"

where dotnet >nul 2>nul || (echo crm: dotnet was not found on the PATH. Expected the .NET SDK 10. Install it, then start crm again. 1>&2 & exit /b 1)
if not exist "%home%artifacts" mkdir "%home%artifacts"
set "listing=%home%artifacts\crm.listing.%RANDOM%"
pushd "%home%"
(for %%d in (host warehouse etl models reports samples) do @dir /s /a-d /-c %%d) 2>nul | findstr /r "^[0-9]" > "%listing%"
for %%f in (Directory.Build.props Directory.Build.targets Directory.Packages.props global.json package.json package-lock.json) do @echo %%~tzf %%f>> "%listing%"
popd
if exist "%built%\crm.dll" fc /b "%listing%" "%built%\.listing" >nul 2>nul && goto start

where node >nul 2>nul || (echo crm: node was not found on the PATH. Expected Node.js 20 or newer. Install it, then start crm again. 1>&2 & exit /b 1)
where npm >nul 2>nul || (echo crm: npm was not found on the PATH. Expected npm. Install it, then start crm again. 1>&2 & exit /b 1)
if not defined CRM_READY_TO_RUN set CRM_READY_TO_RUN=true

:lock
mkdir "%home%artifacts\crm.lock" 2>nul && goto build
echo crm: another process is building; waiting for it (if none is, delete "%home%artifacts\crm.lock") 1>&2
ping -n 3 127.0.0.1 >nul
if exist "%home%artifacts\crm.lock" goto lock
if exist "%built%\crm.dll" goto start
goto lock

:build
echo crm: building (first start, or a source changed) 1>&2
dotnet publish "%home%host" --configuration Release --use-current-runtime --self-contained false --nologo --verbosity quiet --property:PublishReadyToRun=%CRM_READY_TO_RUN% --property:ArtifactsPath="%home%artifacts\launcher" --output "%built%" 1>&2
set "failed=%ERRORLEVEL%"
if "%failed%"=="0" copy /y "%listing%" "%built%\.listing" >nul
rmdir "%home%artifacts\crm.lock"
if not "%failed%"=="0" (
  del "%listing%"
  echo crm: the build failed; its errors are above. End every crm that runs, then try again. 1>&2
  exit /b 1
)

:start
del "%listing%" 2>nul
dotnet "%built%\crm.dll" %*
exit /b %ERRORLEVEL%
