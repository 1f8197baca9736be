"""What is filled into the gateway's configuration, and what is left to nginx."""

import pytest
from local_stack.folders import CLONE
from local_stack.gateway import render, temporary_paths


def test_names_in_capitals_are_filled_in_and_nginx_variables_stay() -> None:
    assert render("listen ${GATEWAY_LISTEN}; log $uri ${uri};", {"GATEWAY_LISTEN": "127.0.0.1:80"}) == (
        "listen 127.0.0.1:80; log $uri ${uri};"
    )


def test_a_name_without_a_value_is_an_error() -> None:
    with pytest.raises(KeyError, match="GATEWAY_RUN"):
        render("pid ${GATEWAY_RUN}/nginx.pid;", {})


def test_temporary_paths_are_given_only_for_what_nginx_was_built_with() -> None:
    lines = temporary_paths("configure arguments: --without-http_uwsgi_module --with-x", CLONE / "run")

    assert "uwsgi" not in lines
    assert f"client_body_temp_path {CLONE / 'run'}/client_body;" in lines
