"""All pages, in the order in which their paths are looked for."""

from identity_service.pages import (
    access_routes,
    account_routes,
    contact_routes,
    data_routes,
    device_routes,
    invitation_routes,
    missing_routes,
    recovery_code_routes,
    reset_routes,
    security_routes,
    sign_in_routes,
    static_routes,
)

ROUTERS = (
    invitation_routes.router,
    sign_in_routes.router,
    recovery_code_routes.router,
    reset_routes.router,
    account_routes.router,
    contact_routes.router,
    security_routes.router,
    device_routes.router,
    access_routes.router,
    data_routes.router,
    static_routes.router,
    missing_routes.router,
)
