package io.penstock.compose.cli;

import io.penstock.compose.http.FrontClient;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options by which an operator's command finds the HTTP front, and proves who asks. */
final class AdminOptions {

  private static final String ADMIN_KEY = "PENSTOCK_ADMIN_KEY";

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
      names = "--admin-key",
      paramLabel = "SECRET",
      description =
          "A key of role admin, or the value of http.keys.adminSecret at the front. Without it:"
              + " $$PENSTOCK_ADMIN_KEY. Other users of this machine can see options in the list of"
              + " processes, and not this variable.")
  @Nullable String adminKey;

  AdminOptions() {}

  AdminOptions(@Nullable String url, @Nullable String adminKey) {
    this.url = url;
    this.adminKey = adminKey;
  }

  /** Whether the variable of an operator's key is set. */
  static boolean hasKey(Environment environment) {
    return FrontOptions.variable(environment, ADMIN_KEY).isPresent();
  }

  /** The names of the given options, which ask for the front. */
  List<String> given() {
    return Stream.of(GivenOptions.name("--url", url), GivenOptions.name("--admin-key", adminKey))
        .flatMap(Optional::stream)
        .toList();
  }

  /** The variables that ask for the front, if they say both where it is and who asks. */
  static List<String> variables(Environment environment) {
    return FrontOptions.variable(environment, FrontOptions.URL).isPresent() && hasKey(environment)
        ? List.of("$" + FrontOptions.URL, "$" + ADMIN_KEY)
        : List.of();
  }

  FrontClient client(Environment environment) {
    String secret =
        Optional.ofNullable(adminKey)
            .filter(given -> !given.isBlank())
            .or(() -> FrontOptions.variable(environment, ADMIN_KEY))
            .orElseThrow(
                () ->
                    CliException.usage(
                        "give the admin secret of the front, or a key of role admin, with"
                            + " --admin-key or $"
                            + ADMIN_KEY));
    return FrontOptions.client(
        environment,
        url,
        Optional.of(secret.strip()),
        "give a key of role admin, or the secret that http.keys.adminSecret names, with"
            + " --admin-key or $"
            + ADMIN_KEY);
  }
}
