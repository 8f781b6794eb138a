package io.penstock.broker.webhooks.endpoints;

import java.net.URI;
import java.net.URISyntaxException;

/** Judges the form of the address that a tenant gives for its events. */
public final class ReceiverUrl {

  private static final int MOST = 2048;
  private static final int MOST_PORT = 65_535;

  private ReceiverUrl() {}

  /**
   * Reads an address.
   *
   * @throws IllegalArgumentException saying what is wrong, as the end of a sentence that begins
   *     with the field
   */
  public static URI of(String text) {
    if (text.length() > MOST) {
      throw new IllegalArgumentException("has more than %d characters".formatted(MOST));
    }
    URI url;
    try {
      url = new URI(text);
    } catch (URISyntaxException malformed) {
      throw new IllegalArgumentException(
          "is no URL: %s; give one such as https://example.com/hooks"
              .formatted(malformed.getReason()),
          malformed);
    }
    boolean http =
        "https".equalsIgnoreCase(url.getScheme()) || "http".equalsIgnoreCase(url.getScheme());
    if (!http) {
      throw new IllegalArgumentException("must begin with https:// or http://");
    }
    if (url.getHost() == null || url.getHost().isEmpty()) {
      throw new IllegalArgumentException(
          "has no host in ASCII letters; write an international name as Punycode (xn--...)");
    }
    if (url.getRawUserInfo() != null) {
      throw new IllegalArgumentException(
          "holds a user name or password; remove it, and check the signature instead");
    }
    if (url.getRawFragment() != null) {
      throw new IllegalArgumentException("has a fragment (#), which is never sent; remove it");
    }
    if (url.getPort() == 0 || url.getPort() > MOST_PORT) {
      throw new IllegalArgumentException("has a port that is not from 1 to 65535");
    }
    return url;
  }
}
