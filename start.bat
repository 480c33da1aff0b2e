@echo off
rem Double-click to set up and open the workbook; `start.bat test` runs the tests.
setlocal
cd /d "%~dp0"
where py >nul 2>nul
if not errorlevel 1 goto launcher
where python >nul 2>nul
if not errorlevel 1 goto python
echo Python was not found. Install Python 3.11 or newer from python.org/downloads
echo and tick "Add python.exe to PATH" in its first window; then try again.
goto failed

:launcher
py -3 start.py %*
if errorlevel 1 goto failed
goto end

:python
rem Without an installed Python, this name opens the Microsoft Store and ends with an error.
python start.py %*
if errorlevel 1 goto failed
goto end

:failed
echo.
pause
exit /b 1

:end
