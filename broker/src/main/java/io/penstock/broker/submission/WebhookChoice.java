package io.penstock.broker.submission;

/** Who is told by webhook that a request has ended, as its record says it. */
public final class WebhookChoice {

  /** Names an endpoint that is told besides those that listen to all requests of the tenant. */
  public static final String HEADER = "penstock-webhook";

  /** The endpoints that listen to all requests of the tenant, and no other. */
  public static final String TENANT = "*";

  private WebhookChoice() {}
}
