package io.penstock.broker.http;

import io.micronaut.http.HttpRequest;
import io.penstock.broker.tenants.Caller;

/** Who makes a call, as the gate found out. */
public final class Callers {

  private static final String ATTRIBUTE = "penstock.caller";

  private Callers() {}

  static void set(HttpRequest<?> request, Caller caller) {
    request.setAttribute(ATTRIBUTE, caller);
  }

  /** Who makes this call. */
  public static Caller of(HttpRequest<?> request) {
    return request
        .getAttribute(ATTRIBUTE, Caller.class)
        .orElseThrow(() -> new IllegalStateException("the gate did not see this call"));
  }
}
