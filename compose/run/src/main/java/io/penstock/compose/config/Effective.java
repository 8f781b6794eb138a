package io.penstock.compose.config;

/**
 * A key's value in force, as it may be shown.
 *
 * @param key the key, or the entry of a map
 * @param value as it is written in the file; hidden if it is a secret
 * @param origin where it came from
 */
public record Effective(String key, String value, Origin origin) {

  /** Returns whether somebody set it. */
  public boolean isChanged() {
    return !(origin instanceof Origin.Default) && !(origin instanceof Origin.Follows);
  }
}
