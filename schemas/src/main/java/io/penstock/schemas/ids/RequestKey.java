package io.penstock.schemas.ids;

import io.penstock.schemas.RequestStatus;
import io.penstock.schemas.ScoredFacts;

/**
 * Names one request among those of all tenants: ids are unique by tenant, so an id alone does not.
 *
 * <p>Both parts are names without control characters, so the key is unambiguous.
 */
public final class RequestKey {

  /** U+001F, the unit separator: neither a tenant nor an id may hold it. */
  private static final char SEPARATOR = '\u001f';

  private RequestKey() {}

  /** The key of a tenant's request. */
  public static String of(String tenant, String id) {
    return tenant + SEPARATOR + id;
  }

  /** The key of the request with these facts. */
  public static String of(ScoredFacts facts) {
    return of(facts.getTenant(), facts.getId());
  }

  /** The key of the request that has this status. */
  public static String of(RequestStatus status) {
    return of(status.getTenant(), status.getId());
  }

  /** The tenant in a key; empty for a key that is none of ours. */
  public static String tenant(String key) {
    return key.substring(0, Math.max(0, key.indexOf(SEPARATOR)));
  }

  /** The id in a key. */
  public static String id(String key) {
    return key.substring(key.indexOf(SEPARATOR) + 1);
  }
}
