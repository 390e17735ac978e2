WScript.Echo "12 m"
