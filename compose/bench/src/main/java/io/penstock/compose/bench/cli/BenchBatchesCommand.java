package io.penstock.compose.bench.cli;

import io.penstock.compose.bench.Bench;
import io.penstock.compose.bench.batches.BatchesBench;
import io.penstock.compose.bench.batches.BatchesSettings;
import io.penstock.compose.cli.Environment;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** {@code penstock bench batches}. */
@Command(
    name = "batches",
    description = {
      "A batch through the HTTP front, and interactive calls beside it.",
      "",
      "Runs everything in a temporary folder, with an engine that answers at once. JSON:"
          + " lines_in_per_s, lines_out_per_s, promise_error_median and promise_error_p90 of the"
          + " promised end, batch_peak_heap_mb, interactive_alone_p99_ms,"
          + " interactive_beside_p99_ms; judged_s and judged_peak_heap_mb of a file of"
          + " judged_bytes."
    },
    footer = {
      "",
      "Examples:",
      "  penstock bench batches --lines 2000 --bytes 20M",
      "  penstock bench batches --json | tail -1 | jq .lines_out_per_s"
    })
final class BenchBatchesCommand extends BenchmarkCommand {

  /** Reads bytes such as {@code 200M}. */
  static final class Bytes implements ITypeConverter<Long> {

    private static final Pattern FORM = Pattern.compile("([0-9]{1,9})([KM]?)");

    @Override
    public Long convert(String text) {
      Matcher form = FORM.matcher(text);
      if (!form.matches()) {
        throw new TypeConversionException(
            "'%s' is no number of bytes such as 200M".formatted(text));
      }
      long unit =
          switch (form.group(2)) {
            case "K" -> 1_000;
            case "M" -> 1_000_000;
            default -> 1;
          };
      return Long.parseLong(form.group(1)) * unit;
    }
  }

  @Option(
      names = "--lines",
      paramLabel = "N",
      description = "Lines of the batch that is run (default: ${DEFAULT-VALUE}).")
  int lines = 50_000;

  @Option(
      names = "--bytes",
      paramLabel = "N",
      defaultValue = "200M",
      converter = Bytes.class,
      description = "Bytes of the file that is only judged (default: ${DEFAULT-VALUE}).")
  long bytes;

  @Option(
      names = "--rate",
      paramLabel = "R",
      description = "Interactive calls per second (default: ${DEFAULT-VALUE}).")
  double rate = 20;

  @Mixin final SecondsOption measured = new SecondsOption(15);

  @Mixin final WarmUpOption warmUp = new WarmUpOption(60);

  BenchBatchesCommand(Environment environment) {
    super(environment);
  }

  @Override
  Bench bench() {
    return new BatchesBench(settings());
  }

  @Override
  List<String> quick() {
    return List.of("--lines", "1000", "--bytes", "5M", "--seconds", "2", "--warm-up", "3");
  }

  /** What the options say. */
  BatchesSettings settings() {
    return valid(() -> new BatchesSettings(lines, bytes, rate, measured.time(), warmUp.time()));
  }
}
