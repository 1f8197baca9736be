"""The native stack: private servers, services, gateway and mail catcher for `make up`, `make demo` and the tests."""
