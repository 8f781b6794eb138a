package io.penstock.workers.engine.openai;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Keeps keys out of text that others read: a server, or a proxy before it, may quote the headers it
 * was sent, as they were or encoded.
 */
final class Secrets {

  private static final String INSTEAD = "[key]";

  /** What is shorter, in a header whose name does not speak of a secret, is no key. */
  private static final int SHORTEST = 8;

  /** What is shorter would hide ordinary words. */
  private static final int SHORTEST_NAMED = 4;

  /** Characters of Base64 or hexadecimal that nobody writes by chance. */
  private static final int TELLING = 8;

  private static final Pattern SECRET_NAME =
      Pattern.compile(
          "key|token|secret|auth|pass|cookie|credential|session", Pattern.CASE_INSENSITIVE);

  private final @Nullable Pattern found;

  private Secrets(Set<String> spellings) {
    this.found =
        spellings.isEmpty()
            ? null
            : Pattern.compile(
                spellings.stream()
                    .sorted(Comparator.comparingInt(String::length).reversed())
                    .map(Pattern::quote)
                    .collect(Collectors.joining("|")),
                Pattern.CASE_INSENSITIVE);
  }

  /**
   * The secrets of one call.
   *
   * @param key the API key; empty if there is none
   * @param headers what else is sent with each call, by name
   */
  static Secrets of(String key, Map<String, String> headers) {
    Set<String> spellings = new LinkedHashSet<>();
    if (!key.isEmpty()) {
      spell(key, spellings);
    }
    headers.forEach(
        (name, value) -> {
          int shortest = SECRET_NAME.matcher(name).find() ? SHORTEST_NAMED : SHORTEST;
          // A server may quote "Bearer KEY" as a whole, or only the key.
          String last = value.strip().substring(value.strip().lastIndexOf(' ') + 1);
          for (String secret : List.of(value.strip(), last)) {
            if (secret.length() >= shortest) {
              spell(secret, spellings);
            }
          }
        });
    return new Secrets(spellings);
  }

  /** The text without the secrets, however they are spelt. */
  String scrub(String text) {
    return found == null ? text : found.matcher(text).replaceAll(INSTEAD);
  }

  private static void spell(String secret, Set<String> spellings) {
    byte[] bytes = secret.getBytes(StandardCharsets.UTF_8);
    spellings.add(secret);
    String percent = URLEncoder.encode(secret, StandardCharsets.UTF_8);
    spellings.add(percent);
    spellings.add(percent.replace("+", "%20"));
    spellings.add(json(secret));
    spellings.add(json(secret).replace("/", "\\/"));
    spellings.add(html(secret));
    addTelling(HexFormat.of().formatHex(bytes), spellings);
    for (int before = 0; before < 3; before++) {
      String inner = base64Within(bytes, before);
      addTelling(inner, spellings);
      addTelling(inner.replace('+', '-').replace('/', '_'), spellings);
    }
  }

  private static void addTelling(String spelling, Set<String> spellings) {
    if (spelling.length() >= TELLING) {
      spellings.add(spelling);
    }
  }

  private static String json(String secret) {
    return secret.replace("\\", "\\\\").replace("\"", "\\\"");
  }

  private static String html(String secret) {
    return secret
        .replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }

  /**
   * The characters of Base64 that the secret alone decides, wherever it stands in what is encoded:
   * those it shares with its neighbours are left out.
   *
   * @param before bytes before it, modulo 3
   */
  private static String base64Within(byte[] secret, int before) {
    byte[] padded = new byte[before + secret.length];
    System.arraycopy(secret, 0, padded, before, secret.length);
    String encoded = Base64.getEncoder().withoutPadding().encodeToString(padded);
    int from = (before * 8 + 5) / 6;
    int to = padded.length * 8 / 6;
    return from >= to ? "" : encoded.substring(from, to);
  }
}
