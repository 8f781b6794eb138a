package io.penstock.broker.http;

import io.micronaut.http.HttpRequest;
import io.penstock.broker.tenants.Caller;

/** Who makes a call, as the gate found out. */
public final class Callers {

  private static final String ATTRIBUTE = "penstock.caller";
  private static final String ADMIN = "penstock.admin";

  private Callers() {}

  static void set(HttpRequest<?> request, Caller caller) {
    request.setAttribute(ATTRIBUTE, caller);
  }

  static void setAdmin(HttpRequest<?> request, String name) {
    request.setAttribute(ADMIN, name);
  }

  /** The name of the operator who makes this call, on a path under {@code /admin}. */
  public static String admin(HttpRequest<?> request) {
    return request
        .getAttribute(ADMIN, String.class)
        .orElseThrow(
            () -> new IllegalStateException("the authentication filter did not see this call"));
  }

  /** Who makes this call. */
  public static Caller of(HttpRequest<?> request) {
    return request
        .getAttribute(ATTRIBUTE, Caller.class)
        .orElseThrow(
            () -> new IllegalStateException("the authentication filter did not see this call"));
  }

  /** The tenant that makes this call; empty for operators, and on paths that need no key. */
  static String tenantOrNone(HttpRequest<?> request) {
    return request.getAttribute(ATTRIBUTE, Caller.class).map(Caller::tenant).orElse("");
  }
}
