package io.penstock.compose.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.broker.admin.LogReports;
import io.penstock.compose.chart.Chart;
import io.penstock.compose.chart.SvgChart;
import io.penstock.compose.http.FrontCall;
import io.penstock.compose.http.FrontClient;
import io.penstock.compose.reports.ControlReports;
import io.penstock.schemas.Feedback;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.routing.Experiment;
import io.penstock.schemas.routing.RoutingCodec;
import io.penstock.streams.control.experiment.ExperimentReport;
import io.penstock.streams.control.experiment.ExperimentReport.ArmReport;
import io.penstock.streams.control.experiment.ExperimentReport.Row;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code penstock experiment report}. */
@Command(
    name = "report",
    description = {
      "Show what an experiment has found so far, from the results and feedback in the log.",
      "",
      "The intervals are asymptotic confidence sequences. They hold at all times at once, so you"
          + " may look as often as you like and end the experiment at any look. JSON:"
          + " {\"experiment\", \"metric\", \"arms\", \"winner\", \"verdict\", ...}."
    },
    footer = {
      "",
      "Examples:",
      "  penstock experiment report concise",
      "  penstock experiment report concise --chart concise.svg --json"
    })
final class ExperimentReportCommand extends OperatorResultCommand<ObjectNode> {

  @Parameters(paramLabel = "NAME", description = "The experiment's name.")
  String name = "";

  @Option(
      names = "--chart",
      paramLabel = "FILE",
      description = "Draw the deciding metric by arm, with its interval, as SVG.")
  @Nullable Path chart;

  ExperimentReportCommand(Environment environment) {
    super(environment);
  }

  @Override
  ObjectNode ask(Cluster cluster) {
    Experiment experiment = cluster.routing().list().experiment(name).orElseThrow(this::unknown);
    Instant started = experiment.startedAt();
    if (started == null) {
      throw CliException.failure("experiment '%s' was never started".formatted(name));
    }
    LogReports.Report report = new ControlReports().experiment(experiment);
    TopicLog.Start from = new TopicLog.Start.At(started);
    long unreadable =
        read(cluster, cluster.names().results(), from, InferenceResult.class, report::add)
            + read(cluster, cluster.names().feedback(), from, Feedback.class, report::add);
    return UnreadableRecords.put(report.json(), unreadable);
  }

  @Override
  ObjectNode ask(FrontClient client) throws InterruptedException {
    String path = FrontDocuments.path("/admin/experiments", name);
    var _ = FrontDocuments.find(client, path).orElseThrow(this::unknown);
    return client.object(FrontCall.get(path + "/report").withPatience(FrontFleet.REPORT_PATIENCE));
  }

  private CliException unknown() {
    return CliException.failure(
        "there is no experiment '%s'; see 'penstock experiment list'".formatted(name));
  }

  @Override
  int show(ObjectNode json) throws IOException {
    ExperimentReport report = RoutingCodec.mapper().treeToValue(json, ExperimentReport.class);
    UnreadableRecords.warn(console(), json);
    if (output.json) {
      console().print(json);
    } else {
      print(report);
    }
    if (chart != null) {
      Optional<Chart> picture = chart(report);
      if (picture.isEmpty()) {
        throw CliException.failure("nothing was measured yet, so there is no chart");
      }
      Files.writeString(chart, SvgChart.of(picture.get()));
      console().note("chart: " + chart);
    }
    return ExitCodes.OK;
  }

  /** Reads a topic, and returns how many of its records could not be read. */
  private static <T extends SpecificRecord> long read(
      Cluster cluster, String topic, TopicLog.Start start, Class<T> type, Consumer<T> taker) {
    EntryReader<T> reader = new EntryReader<>(cluster.serdes(), type);
    cluster
        .log()
        .read(
            topic,
            start,
            entry -> {
              reader.read(entry).ifPresent(taker);
              return true;
            });
    return reader.unreadable();
  }

  private void print(ExperimentReport report) {
    Table table =
        new Table("ARM", "TARGET", "UNITS", "METRIC", "N", "MEAN", "INTERVAL", "DIFFERENCE");
    for (ArmReport arm : report.arms()) {
      for (Row row : arm.metrics()) {
        table.row(
            arm.arm(),
            arm.target(),
            arm.units(),
            row.metric(),
            row.n(),
            figure(row.mean()),
            interval(row.low(), row.high()),
            difference(row));
      }
      if (arm.metrics().isEmpty()) {
        table.row(arm.arm(), arm.target(), 0, "-", 0, "-", "-", "-");
      }
    }
    table.print(console());
    for (ArmReport arm : report.arms()) {
      if (arm.stopped() != null) {
        console().print("%s is stopped: %s".formatted(arm.arm(), arm.stopped()));
      }
    }
    console()
        .print(
            String.format(
                Locale.ROOT,
                "by %s at %.4g%% confidence: %s",
                report.metric(),
                100 * report.confidence(),
                report.verdict()));
    report.warnings().forEach(console()::warn);
  }

  private static String difference(Row row) {
    if (row.difference() == null) {
      return "(control)";
    }
    return "%s %s%s"
        .formatted(
            figure(row.difference()),
            interval(row.differenceLow(), row.differenceHigh()),
            row.established() ? " *" : "");
  }

  private static String interval(@Nullable Double low, @Nullable Double high) {
    return low == null || high == null ? "-" : "[%s, %s]".formatted(figure(low), figure(high));
  }

  private static String figure(double value) {
    return String.format(Locale.ROOT, "%.4g", value);
  }

  /** The deciding metric of every arm that has it, with its interval's ends. */
  private static Optional<Chart> chart(ExperimentReport report) {
    List<String> arms = new ArrayList<>();
    List<Double> means = new ArrayList<>();
    List<Double> lows = new ArrayList<>();
    List<Double> highs = new ArrayList<>();
    for (ArmReport arm : report.arms()) {
      for (Row row : arm.metrics()) {
        if (row.metric() == report.metric()) {
          arms.add(arm.arm());
          means.add(row.mean());
          lows.add(row.low() == null ? row.mean() : row.low());
          highs.add(row.high() == null ? row.mean() : row.high());
        }
      }
    }
    return arms.isEmpty()
        ? Optional.empty()
        : Optional.of(
            Chart.bars(
                    "experiment",
                    "%s: %s".formatted(report.experiment(), report.verdict()),
                    "arm",
                    report.metric().toString(),
                    arms)
                .bar("lower end", lows)
                .bar("mean", means)
                .bar("upper end", highs)
                .build());
  }
}
