package io.penstock.compose.cli;

import io.penstock.compose.config.ConfigException;
import io.penstock.compose.config.ConfigSources;
import io.penstock.compose.config.ConfigSources.Given;
import io.penstock.compose.config.Configuration;
import io.penstock.compose.config.Fault;
import io.penstock.compose.config.LeftOut;
import io.penstock.compose.config.Origin;
import io.penstock.compose.config.Secrets;
import io.penstock.compose.node.NodeConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options by which a command finds its configuration. */
final class ConfigOptions {

  static final String FILE_NAME = "penstock.yaml";

  static final String VARIABLE = "PENSTOCK_CONFIG";
  private static final String DATA = "data";

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description =
          "The configuration. Else $$PENSTOCK_CONFIG, else penstock.yaml in the data folder if it"
              + " is there. 'penstock config init' writes one.")
  @Nullable Path config;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description =
          "Set a key of the configuration, such as topics.modelPartitions=8; may be repeated. Wins"
              + " over the file and over environment variables.")
  List<String> sets = List.of();

  private Set<String> ignoredFileKeys = Set.of();

  /** What the user has been warned of, since a command may read its configuration twice. */
  private final Set<LeftOut> told = new HashSet<>();

  private boolean toldOfSecrets;

  /**
   * Leaves these keys of the file in the data folder to {@code penstock up}: they are of one
   * process and not of all that find the file there.
   */
  void ignoreFileKeys(Set<String> keys) {
    ignoredFileKeys = Set.copyOf(keys);
  }

  /**
   * Reads the configuration, and warns of what does not count in it.
   *
   * @param options what other options of the command say
   * @param defaults by data folder
   */
  Configuration read(
      Environment environment, List<Given> options, Function<Path, NodeConfig> defaults) {
    List<Given> given = new ArrayList<>(given());
    given.addAll(options);
    given.sort(Comparator.comparingInt(each -> each.origin().rank()));
    Optional<Path> named = named(environment);
    Optional<Path> file = named.or(() -> besideData(environment, given));
    Configuration read =
        Configuration.read(
            new ConfigSources(
                file, environment.variables(), given, named.isEmpty() ? ignoredFileKeys : Set.of()),
            defaults.apply(home(environment)));
    if (named.isEmpty()) {
      refuseOtherData(read);
    }
    if (!toldOfSecrets) {
      toldOfSecrets = true;
      given().stream()
          .filter(each -> Secrets.isLiteral(each.key(), each.value()))
          .forEach(each -> environment.console().warn(exposed(each.key())));
    }
    read.leftOut().stream()
        .filter(told::add)
        .forEach(each -> environment.console().warn(each.toString()));
    return read;
  }

  private static String exposed(String key) {
    return "others on this machine see --set %s in the list of processes; put the secret into a file and say %s=${file:PATH:NAME}, or give it in the configuration or a variable"
        .formatted(key, key);
  }

  /**
   * The same for a command that needs no list of keys: where no source says anything, the defaults
   * are not searched for them, which would take as long as many a command.
   */
  Configuration readShortly(
      Environment environment, List<Given> options, Function<Path, NodeConfig> defaults) {
    boolean silent =
        options.isEmpty()
            && sets.isEmpty()
            && named(environment).isEmpty()
            && besideData(environment, List.of()).isEmpty()
            && environment.variables().keySet().stream().noneMatch(Configuration::isVariable);
    return silent
        ? Configuration.unchanged(defaults.apply(home(environment)))
        : read(environment, options, defaults);
  }

  /** The names of the options that are given. */
  List<String> named() {
    List<String> names = new ArrayList<>();
    GivenOptions.name("--config", config).ifPresent(names::add);
    if (!sets.isEmpty()) {
      names.add("--set");
    }
    return names;
  }

  private List<Given> given() {
    return sets.stream().map(ConfigOptions::given).toList();
  }

  private static Given given(String set) {
    int equals = set.indexOf('=');
    if (equals < 1) {
      throw CliException.usage(
          "--set '%s' is not of the form KEY=VALUE, such as topics.modelPartitions=8"
              .formatted(equals < 0 ? set : "=..."));
    }
    String key = set.substring(0, equals).strip();
    return new Given(key, set.substring(equals + 1).strip(), new Origin.Option("--set " + key));
  }

  /** The file that somebody named. */
  private Optional<Path> named(Environment environment) {
    return Optional.ofNullable(config)
        .or(
            () ->
                Optional.ofNullable(environment.variables().get(VARIABLE))
                    .filter(value -> !value.isBlank())
                    .map(Path::of));
  }

  private static Optional<Path> besideData(Environment environment, List<Given> given) {
    Path data =
        given.stream()
            .filter(each -> each.key().equals(DATA))
            .reduce((_, last) -> last)
            .map(Given::value)
            .or(() -> Optional.ofNullable(environment.variables().get("PENSTOCK_DATA")))
            .map(Path::of)
            .orElseGet(() -> home(environment));
    return Optional.of(data.resolve(FILE_NAME)).filter(Files::exists);
  }

  /** The folder of what outlives a process, where none is named. */
  static Path home(Environment environment) {
    return environment.home().resolve(".penstock");
  }

  /** The file was found by the data folder, so it cannot name another one. */
  private static void refuseOtherData(Configuration read) {
    read.effective().stream()
        .filter(each -> each.key().equals(DATA) && each.origin() instanceof Origin.InFile)
        .findFirst()
        .ifPresent(
            each -> {
              throw new ConfigException(
                  List.of(
                      new Fault(
                          each.origin(),
                          "data cannot be set in a file that was found in the data folder; name the"
                              + " file with --config or $"
                              + VARIABLE)));
            });
  }
}
