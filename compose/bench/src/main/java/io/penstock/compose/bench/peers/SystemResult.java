package io.penstock.compose.bench.peers;

/** The result of one system. */
sealed interface SystemResult {

  /**
   * It was measured.
   *
   * @param version of the system and its client, empty for Penstock
   */
  record Measured(String version, SystemFigures figures) implements SystemResult {}

  /**
   * It is not on this machine.
   *
   * @param reason what is missing and how to install it
   */
  record NotInstalled(String reason) implements SystemResult {}

  /**
   * It could not be measured.
   *
   * @param reason what went wrong
   */
  record Failed(String reason) implements SystemResult {}
}
