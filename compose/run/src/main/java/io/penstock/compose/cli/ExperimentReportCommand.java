package io.penstock.compose.cli;

import io.penstock.compose.chart.Chart;
import io.penstock.compose.chart.SvgChart;
import io.penstock.schemas.Feedback;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.routing.Experiment;
import io.penstock.schemas.routing.RoutingCodec;
import io.penstock.streams.control.experiment.ExperimentReport;
import io.penstock.streams.control.experiment.ExperimentReport.ArmReport;
import io.penstock.streams.control.experiment.ExperimentReport.Row;
import io.penstock.streams.control.experiment.ExperimentStatistics;
import io.penstock.streams.control.observation.FeedbackScores;
import io.penstock.streams.control.observation.Observation;
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
      "The intervals hold at all times at once (asymptotic confidence sequences), so it may be"
          + " looked at as often as one likes, and ended at any look. JSON: {\"experiment\","
          + " \"metric\", \"arms\", \"winner\", \"verdict\", ...}."
    },
    footer = {
      "",
      "Examples:",
      "  penstock experiment report concise",
      "  penstock experiment report concise --chart concise.svg --json"
    })
final class ExperimentReportCommand extends ClusterCommand {

  private static final int MOST_JUDGED = 1_000_000;

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
  int run(Cluster cluster) throws IOException {
    Experiment experiment =
        cluster
            .routing()
            .list()
            .experiment(name)
            .orElseThrow(
                () ->
                    CliException.failure(
                        "there is no experiment '%s'; see 'penstock experiment list'"
                            .formatted(name)));
    if (experiment.startedAt() == null) {
      throw CliException.failure("experiment '%s' was never started".formatted(name));
    }
    ExperimentReport report = ExperimentReport.of(experiment, statistics(cluster, experiment));
    if (output.json) {
      console().print(RecordJson.MAPPER.readTree(RoutingCodec.mapper().writeValueAsString(report)));
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

  private ExperimentStatistics statistics(Cluster cluster, Experiment experiment) {
    ExperimentStatistics statistics = new ExperimentStatistics(experiment);
    FeedbackScores feedback = new FeedbackScores(MOST_JUDGED);
    Instant start = experiment.startedAt();
    Instant end = experiment.endedAt();
    TopicLog.Start from =
        start == null ? new TopicLog.Start.Beginning() : new TopicLog.Start.At(start);
    read(
        cluster,
        cluster.names().results(),
        from,
        InferenceResult.class,
        result ->
            Observation.of(result)
                .filter(each -> experiment.name().equals(each.experiment()))
                .filter(each -> end == null || !each.finishedAt().isAfter(end))
                .ifPresent(
                    each -> {
                      statistics.add(each);
                      feedback.add(each).forEach(statistics::add);
                    }));
    read(
        cluster,
        cluster.names().feedback(),
        from,
        Feedback.class,
        given -> feedback.add(given).ifPresent(statistics::add));
    return statistics;
  }

  private <T extends SpecificRecord> void read(
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
    reader.warn(console(), topic);
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
