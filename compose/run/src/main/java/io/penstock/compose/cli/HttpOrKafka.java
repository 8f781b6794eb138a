package io.penstock.compose.cli;

import java.util.List;

/**
 * Decides whether a command goes over HTTP or to Kafka. Options win over variables. What asks for
 * both is refused: a command never leaves aside a cluster that somebody named.
 *
 * @param httpOptions the given options that ask for HTTP
 * @param httpVariables the variables that ask for it; empty unless all that it takes are set
 * @param kafkaOptions the given options that name a Kafka cluster
 * @param kafkaVariables the variables that name one
 */
record HttpOrKafka(
    List<String> httpOptions,
    List<String> httpVariables,
    List<String> kafkaOptions,
    List<String> kafkaVariables) {

  /**
   * Returns whether it goes over HTTP.
   *
   * @throws CliException if options contradict each other, or variables where no option decides
   */
  boolean isHttp() {
    if (!httpOptions.isEmpty() && !kafkaOptions.isEmpty()) {
      throw CliException.usage(
          "%s %s for HTTP, and %s %s for Kafka; give those of one"
              .formatted(
                  listed(httpOptions),
                  httpOptions.size() == 1 ? "is" : "are",
                  listed(kafkaOptions),
                  kafkaOptions.size() == 1 ? "is" : "are"));
    }
    if (!httpOptions.isEmpty() || !kafkaOptions.isEmpty()) {
      return kafkaOptions.isEmpty();
    }
    if (!httpVariables.isEmpty() && !kafkaVariables.isEmpty()) {
      throw CliException.usage(
          "%s %s for HTTP, but %s %s a Kafka cluster; choose with an option, such as --url or --kafka"
              .formatted(
                  listed(httpVariables),
                  httpVariables.size() == 1 ? "asks" : "ask",
                  listed(kafkaVariables),
                  kafkaVariables.size() == 1 ? "names" : "name"));
    }
    return !httpVariables.isEmpty();
  }

  /** Returns whether no option says which way it goes. */
  boolean isUpToVariables() {
    return httpOptions.isEmpty() && kafkaOptions.isEmpty();
  }

  private static String listed(List<String> names) {
    int last = names.size() - 1;
    return last == 0
        ? names.getFirst()
        : String.join(", ", names.subList(0, last)) + " and " + names.get(last);
  }
}
