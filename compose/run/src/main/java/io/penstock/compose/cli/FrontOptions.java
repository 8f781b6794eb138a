package io.penstock.compose.cli;

import io.penstock.compose.http.FrontAddress;
import io.penstock.compose.http.FrontClient;
import io.penstock.compose.http.RetryPlan;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options by which a command finds the HTTP front, and says whose requests it is about. */
final class FrontOptions {

  static final String URL = "PENSTOCK_URL";
  static final String KEY = "PENSTOCK_KEY";

  @Option(
      names = "--url",
      paramLabel = "URL",
      description =
          "The address of the HTTP front. Without it: $$PENSTOCK_URL, then the running"
              + " 'penstock up', then http://127.0.0.1:"
              + NodeDefaults.HTTP_PORT
              + ".")
  @Nullable String url;

  @Option(
      names = "--key",
      paramLabel = "KEY",
      description =
          "Your API key, if the front requires one. Without it: $$PENSTOCK_KEY. Other users of this"
              + " machine can see options in the list of processes, and not this variable.")
  @Nullable String key;

  /** The names of the given options, which ask for the front. */
  List<String> given() {
    return Stream.of(GivenOptions.name("--url", url), GivenOptions.name("--key", key))
        .flatMap(Optional::stream)
        .toList();
  }

  /** The variable that asks for the front, if it is set. */
  static List<String> variables(Environment environment) {
    return variable(environment, URL).map(_ -> List.of("$" + URL)).orElse(List.of());
  }

  /** Whether an option or a variable gives a key. */
  boolean hasKey(Environment environment) {
    return key != null || variable(environment, KEY).isPresent();
  }

  FrontClient client(Environment environment) {
    return client(
        environment,
        url,
        Optional.ofNullable(key).or(() -> variable(environment, KEY)),
        "give a valid key with --key or $" + KEY);
  }

  /** A client of the front that is named, else of the one that runs here. */
  static FrontClient client(
      Environment environment, @Nullable String url, Optional<String> key, String keyRemedy) {
    FrontAddress address = address(environment, url);
    if (key.isPresent() && address.exposesKeys()) {
      environment.console().warn("the key goes to %s unencrypted; use https://".formatted(address));
    }
    key.filter(secret -> !secret.matches("[!-~]+"))
        .ifPresent(
            _ -> {
              throw CliException.usage("the key holds blanks or other characters that no key has");
            });
    return new FrontClient(address, key, keyRemedy, RetryPlan.DEFAULT);
  }

  private static FrontAddress address(Environment environment, @Nullable String url) {
    if (url != null) {
      return parsed("--url", url);
    }
    Optional<String> variable = variable(environment, URL);
    if (variable.isPresent()) {
      return parsed("$" + URL, variable.get());
    }
    return ClusterFile.read(environment.clusterFile())
        .flatMap(ClusterFile::http)
        .map(FrontAddress::parse)
        .orElseGet(() -> FrontAddress.parse("http://127.0.0.1:" + NodeDefaults.HTTP_PORT));
  }

  private static FrontAddress parsed(String from, String text) {
    try {
      return FrontAddress.parse(text);
    } catch (IllegalArgumentException wrong) {
      throw CliException.usage(from + ": " + wrong.getMessage());
    }
  }

  static Optional<String> variable(Environment environment, String name) {
    return Optional.ofNullable(environment.variables().get(name)).filter(text -> !text.isBlank());
  }
}
