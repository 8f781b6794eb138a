package io.penstock.compose.cli;

import io.penstock.compose.config.ConfigTemplate;
import io.penstock.compose.config.Configuration;
import io.penstock.compose.config.Effective;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code penstock config}. */
@Command(
    name = "config",
    description = {
      "Write, check and show the configuration of 'penstock up' and 'penstock worker'.",
      "",
      "Each key may stand in a file, in an environment variable (topics.modelPartitions is"
          + " PENSTOCK_TOPICS_MODEL_PARTITIONS) and in --set topics.modelPartitions=8. Later ones"
          + " win; options of the command win over all of them."
    })
final class ConfigCommand extends GroupCommand {

  /** {@code penstock config init}. */
  @Command(
      name = "init",
      description = {
        "Write a configuration with every key at its default, commented out and explained.",
        "",
        "Refuses to overwrite a file. JSON: {\"file\"}."
      },
      footer = {
        "",
        "Examples:",
        "  penstock config init",
        "  penstock config init --config penstock.yaml"
      })
  static final class Init implements Callable<Integer> {

    private final Environment environment;

    @Option(
        names = "--config",
        paramLabel = "FILE",
        description = "The file to write. Default: penstock.yaml in this folder.")
    Path file = Path.of(ConfigOptions.FILE_NAME);

    @Option(names = "--force", description = "Overwrite the file if it is there.")
    boolean force;

    @Mixin final OutputOptions output = new OutputOptions();

    Init(Environment environment) {
      this.environment = environment;
    }

    @Override
    public Integer call() throws IOException {
      if (Files.exists(file) && !force) {
        throw CliException.usage(
            "%s is there already; name another with --config, or overwrite it with --force"
                .formatted(file));
      }
      String text = ConfigTemplate.of(NodeDefaults.alone(ConfigOptions.home(environment)));
      try {
        Path folder = file.toAbsolutePath().getParent();
        if (folder != null) {
          Files.createDirectories(folder);
        }
        Files.writeString(
            file, text, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING);
      } catch (IOException e) {
        throw CliException.failure("%s cannot be written: %s".formatted(file, e.getMessage()), e);
      }
      Console console = environment.console();
      if (output.json) {
        console.print(RecordJson.MAPPER.createObjectNode().put("file", file.toString()));
      } else {
        console.print("%s is written".formatted(file));
        console.note(
            "Remove the # in front of a key to set it, then run 'penstock up --config %s'."
                .formatted(file));
      }
      return ExitCodes.OK;
    }
  }

  /** {@code penstock config check}. */
  @Command(
      name = "check",
      description = {
        "Say whether the configuration is valid, and name every fault in it.",
        "",
        "Starts nothing. JSON: {\"valid\":true,\"file\"}."
      })
  static final class Check implements Callable<Integer> {

    private final Environment environment;

    @Mixin final ConfigOptions config = new ConfigOptions();
    @Mixin final OutputOptions output = new OutputOptions();

    Check(Environment environment) {
      this.environment = environment;
    }

    @Override
    public Integer call() {
      Configuration read = NodeDefaults.read(config, environment, List.of()).withKnownNames();
      Optional<String> file = read.file().map(Path::toString);
      if (output.json) {
        environment
            .console()
            .print(
                RecordJson.MAPPER
                    .createObjectNode()
                    .put("valid", true)
                    .put("file", file.orElse(null)));
      } else {
        environment
            .console()
            .print(
                file.map("%s is valid"::formatted)
                    .orElse(
                        "there is no %s in %s, and --config names no other file; the rest of the configuration is valid"
                            .formatted(ConfigOptions.FILE_NAME, read.node().data())));
      }
      return ExitCodes.OK;
    }
  }

  /** {@code penstock config show}. */
  @Command(
      name = "show",
      description = {
        "Show every key's value in force and where it came from.",
        "",
        "Passwords and whatever is named like one are hidden. JSON, one key a line:"
            + " {\"key\",\"value\",\"from\"}."
      },
      footer = {
        "",
        "Examples:",
        "  penstock config show",
        "  penstock config show --changed dispatch.shard"
      })
  static final class Show implements Callable<Integer> {

    private final Environment environment;

    private static final Listing<Effective> LISTING =
        Listing.of(
            Column.of("KEY", "key", Effective::key),
            Column.of("VALUE", "value", Effective::value),
            Column.of("FROM", "from", Effective::origin));

    @Option(names = "--changed", description = "Only what is not at its default.")
    boolean changed;

    @picocli.CommandLine.Parameters(
        arity = "0..1",
        paramLabel = "SECTION",
        description = "Only keys that begin so, such as dispatch.shard.")
    @Nullable String section;

    @Mixin final ConfigOptions config = new ConfigOptions();
    @Mixin final OutputOptions output = new OutputOptions();

    Show(Environment environment) {
      this.environment = environment;
    }

    @Override
    public Integer call() {
      Configuration read = NodeDefaults.read(config, environment, List.of());
      List<Effective> shown =
          read.effective().stream()
              .filter(each -> section == null || each.key().startsWith(section))
              .filter(each -> !changed || each.isChanged())
              .toList();
      LISTING.print(environment.console(), output.json, shown);
      return ExitCodes.OK;
    }
  }
}
