package io.penstock.compose.http;

import java.net.URI;
import java.util.Locale;

/**
 * Where a front is.
 *
 * @param base scheme, host, port and what a proxy puts before the front's paths; no slash at its
 *     end
 */
public record FrontAddress(URI base) {

  /**
   * Reads an address as people give it: the front's own, or the one that OpenAI's clients take,
   * which ends with /v1.
   *
   * @throws IllegalArgumentException saying what is wrong with it
   */
  public static FrontAddress parse(String text) {
    URI uri;
    try {
      uri = URI.create(text.strip().replaceFirst("(/v1)?/*$", ""));
    } catch (IllegalArgumentException malformed) {
      throw wrong(text, "it is not a URL");
    }
    String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
    if (!scheme.equals("http") && !scheme.equals("https")) {
      throw wrong(text, "it must begin with http:// or https://");
    }
    if (uri.getHost() == null) {
      throw wrong(text, "it names no host");
    }
    if (uri.getUserInfo() != null) {
      throw new IllegalArgumentException(
          "the URL holds a user or password; give the key by itself");
    }
    if (uri.getQuery() != null || uri.getFragment() != null) {
      throw wrong(text, "it must end before any '?' or '#'");
    }
    return new FrontAddress(uri);
  }

  private static IllegalArgumentException wrong(String text, String why) {
    return new IllegalArgumentException(
        "the URL is '%s': %s; give one such as http://127.0.0.1:8080".formatted(text, why));
  }

  /** Whether a key sent there could be read on the way. */
  public boolean exposesKeys() {
    String host = base.getHost();
    boolean loopback = host.equals("localhost") || host.startsWith("127.") || host.equals("[::1]");
    return !loopback && base.getScheme().equalsIgnoreCase("http");
  }

  URI resolve(String path) {
    return URI.create(base + path);
  }

  @Override
  public String toString() {
    return base.toString();
  }
}
