package io.penstock.compose.config;

/**
 * An entry that somebody set and that does not count, because it was written for another engine,
 * policy or cluster than the one in force.
 *
 * @param key the entry, such as {@code kafka.settings.sasl.jaas.config}
 * @param origin where it was set
 * @param nameKey the key of the name that it belongs to
 * @param writtenFor the name that it was written for
 * @param inForce the name in force
 * @param inForceFrom where that was set
 */
public record LeftOut(
    String key,
    Origin origin,
    String nameKey,
    String writtenFor,
    String inForce,
    Origin inForceFrom) {

  /** A sentence for the user, without the entry's value, which may be a secret. */
  @Override
  public String toString() {
    return ("%s: %s is left out, because it was written for %s=%s and %s sets %s; if it suits this"
            + " one too, set it beside it")
        .formatted(origin, key, nameKey, writtenFor, inForceFrom, inForce);
  }
}
