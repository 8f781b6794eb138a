package io.penstock.schemas.routing;

import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/**
 * Names of topics, with two placeholders: {@code *} stands for any characters or none, and {@code
 * {tenant}} for the tenant's name, written as {@link #segment} has it.
 *
 * @param text such as {@code replies.{tenant}.*}; {@code {tenant}} stands alone between dots and
 *     after no {@code *}, so that tenants' topics are told apart by one segment
 */
public record ReplyTopicPattern(String text) {

  static final String TENANT = "{tenant}";

  private static final int LONGEST = 249;
  private static final Pattern LEGAL = Pattern.compile("([a-zA-Z0-9._*-]|\\{tenant\\})+");

  public ReplyTopicPattern {
    if (text.length() > LONGEST || !LEGAL.matcher(text).matches()) {
      throw new IllegalArgumentException(
          "replyTopics has the pattern '%s'; give 1 to %d letters, digits, dots, underscores, hyphens, '*' and '{tenant}'"
              .formatted(text, LONGEST));
    }
    int place = text.indexOf(TENANT);
    if (place >= 0 && (!alone(text, place) || text.lastIndexOf('*', place) >= 0)) {
      throw new IllegalArgumentException(
          "replyTopics has the pattern '%s'; put {tenant} between dots, once, and no '*' before it, or tenants could name each other's topics"
              .formatted(text));
    }
  }

  private static boolean alone(String text, int place) {
    int end = place + TENANT.length();
    return (place == 0 || text.charAt(place - 1) == '.')
        && (end == text.length() || text.charAt(end) == '.')
        && text.indexOf(TENANT, end) < 0;
  }

  /** Returns how many dots come before {@code {tenant}}; -1 where the pattern does not hold it. */
  int tenantSegment() {
    int place = text.indexOf(TENANT);
    return place < 0 ? -1 : (int) text.substring(0, place).chars().filter(c -> c == '.').count();
  }

  /** The pattern for one tenant. */
  public String of(String tenant) {
    return text.replace(TENANT, segment(tenant));
  }

  /** Returns whether the tenant's results may be copied to a topic of this name. */
  boolean matches(String topic, String tenant) {
    return glob(of(tenant), topic);
  }

  /**
   * A tenant's name as one segment of a topic's: letters, digits and hyphens as they are, an
   * underscore twice, any other byte of its UTF-8 as an underscore and two hexadecimal digits, so
   * {@code acme.eu} is {@code acme_2Eeu}. Different tenants have different segments, and none holds
   * a dot.
   */
  public static String segment(String tenant) {
    StringBuilder segment = new StringBuilder();
    for (byte each : tenant.getBytes(StandardCharsets.UTF_8)) {
      char character = (char) (each & 0xff);
      if (character == '_') {
        segment.append("__");
      } else if (plain(character)) {
        segment.append(character);
      } else {
        segment.append("_%02X".formatted((int) character));
      }
    }
    return segment.toString();
  }

  private static boolean plain(char character) {
    return (character >= 'a' && character <= 'z')
        || (character >= 'A' && character <= 'Z')
        || (character >= '0' && character <= '9')
        || character == '-';
  }

  /** Takes time proportional to the product of both lengths at most, whatever the pattern. */
  private static boolean glob(String pattern, String text) {
    int p = 0;
    int t = 0;
    int star = -1;
    int resume = 0;
    while (t < text.length()) {
      if (p < pattern.length() && pattern.charAt(p) == '*') {
        star = p++;
        resume = t;
      } else if (p < pattern.length() && pattern.charAt(p) == text.charAt(t)) {
        p++;
        t++;
      } else if (star >= 0) {
        p = star + 1;
        t = ++resume;
      } else {
        return false;
      }
    }
    while (p < pattern.length() && pattern.charAt(p) == '*') {
      p++;
    }
    return p == pattern.length();
  }
}
