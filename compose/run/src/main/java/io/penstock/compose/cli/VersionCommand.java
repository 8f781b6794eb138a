package io.penstock.compose.cli;

import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.kafka.common.utils.AppInfoParser;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code penstock version}. */
@Command(
    name = "version",
    description = {"Print the version.", "", "JSON: {\"penstock\",\"kafka\",\"java\"}."})
final class VersionCommand implements Callable<Integer> {

  private final Environment environment;

  @Mixin final OutputOptions output = new OutputOptions();

  VersionCommand(Environment environment) {
    this.environment = environment;
  }

  /** Penstock's version, from the jar's manifest. */
  static String version() {
    return Optional.ofNullable(VersionCommand.class.getPackage().getImplementationVersion())
        .orElse("development");
  }

  @Override
  public Integer call() {
    String java = Runtime.version().toString();
    String kafka = AppInfoParser.getVersion();
    if (output.json) {
      environment
          .console()
          .print(
              RecordJson.MAPPER
                  .createObjectNode()
                  .put("penstock", version())
                  .put("kafka", kafka)
                  .put("java", java));
    } else {
      environment
          .console()
          .print("penstock %s (Kafka %s, Java %s)".formatted(version(), kafka, java));
    }
    return ExitCodes.OK;
  }
}
