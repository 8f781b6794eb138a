package io.penstock.compose.config;

/**
 * Something in the configuration that keeps Penstock from starting.
 *
 * @param origin where it stands
 * @param message names the key, what is wrong and the remedy
 */
public record Fault(Origin origin, String message) {

  @Override
  public String toString() {
    return origin + ": " + message;
  }
}
