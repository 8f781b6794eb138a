package io.penstock.broker.ownership;

import java.net.URI;
import java.util.Optional;

/** Where an instance is reached, as it stands in the client id of its member of the group. */
final class MemberAddress {

  private static final String PREFIX = "penstock-front@";

  private MemberAddress() {}

  static String clientId(URI address) {
    return PREFIX + address;
  }

  /** The address in a client id; empty if it is none of ours. */
  static Optional<URI> of(String clientId) {
    if (!clientId.startsWith(PREFIX)) {
      return Optional.empty();
    }
    try {
      return Optional.of(URI.create(clientId.substring(PREFIX.length())));
    } catch (IllegalArgumentException malformed) {
      return Optional.empty();
    }
  }
}
