package io.penstock.compose.cli;

import io.penstock.compose.feedback.FeedbackJoin;
import io.penstock.schemas.Feedback;
import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.ServiceClass;
import io.penstock.streams.score.request.PromptTexts;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecord;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code penstock feedback export}. */
@Command(
    name = "export",
    description = {
      "Write judged prompts as CSV for 'penstock complexity train' and 'penstock bench selection'.",
      "",
      "Joins the feedback topic with the results (which model answered) and the requests (what was"
          + " asked), as far as the log keeps them. One row for each prompt: id, prompt,"
          + " weak_correct, strong_correct; the score of a model that did not answer it is empty."
          + " The file holds what your users asked: keep it as carefully as the topics. JSON:"
          + " {\"rows\", \"pairs\", \"without_prompt\", \"other_models\", \"several_tenants\","
          + " \"file\"}."
    },
    footer = {
      "",
      "Example:",
      "  penstock feedback export --cheap mixtral --strong gpt-4 --from 30d --out outcomes.csv"
    })
final class FeedbackExportCommand extends ClusterCommand {

  private static final CSVFormat CSV =
      CSVFormat.RFC4180.builder().setHeader("id", "prompt", "weak_correct", "strong_correct").get();

  @Option(
      names = "--cheap",
      required = true,
      paramLabel = "MODEL",
      description = "The name of the cheap model.")
  String cheap = "";

  @Option(
      names = "--strong",
      required = true,
      paramLabel = "MODEL",
      description = "The name of the strong model.")
  String strong = "";

  @Option(
      names = "--out",
      required = true,
      paramLabel = "FILE",
      description = "The CSV file; replaced if it is there.")
  Path out = Path.of("");

  @Option(
      names = "--from",
      paramLabel = "TIME",
      description =
          "Only feedback since then: an instant such as 2026-11-22T15:04:05Z, or a time ago such as"
              + " 10m (default: all).")
  @Nullable String from;

  FeedbackExportCommand(Environment environment) {
    super(environment);
  }

  @Override
  void validate() {
    if (cheap.equals(strong)) {
      throw CliException.usage("--cheap and --strong are both '%s'".formatted(cheap));
    }
    start();
  }

  private TopicLog.Start start() {
    return from == null
        ? new TopicLog.Start.Beginning()
        : new TopicLog.Start.At(TimeText.past("--from", from, environment.clock().instant()));
  }

  @Override
  int run(Cluster cluster) throws IOException {
    FeedbackJoin join = new FeedbackJoin();
    read(cluster, cluster.names().feedback(), start(), Feedback.class, null, join::add);
    Set<String> wanted = join.wanted();
    TopicLog.Start beginning = new TopicLog.Start.Beginning();
    read(cluster, cluster.names().results(), beginning, InferenceResult.class, wanted, join::add);
    PromptTexts texts = new PromptTexts(cluster.topics().maxRequestBytes());
    for (ServiceClass serviceClass : ServiceClass.values()) {
      read(
          cluster,
          cluster.names().requests(serviceClass),
          beginning,
          InferenceRequest.class,
          wanted,
          request ->
              texts
                  .read(request)
                  .ifPresent(text -> join.prompt(request.getTenant(), request.getId(), text)));
    }
    FeedbackJoin.Joined joined = join.join(cheap, strong);
    write(joined.outcomes());
    report(joined);
    return ExitCodes.OK;
  }

  /**
   * @param keys the only record keys wanted, or null for all
   */
  private <T extends SpecificRecord> void read(
      Cluster cluster,
      String topic,
      TopicLog.Start start,
      Class<T> type,
      @Nullable Set<String> keys,
      Consumer<T> taker) {
    EntryReader<T> reader = new EntryReader<>(cluster.serdes(), type);
    cluster
        .log()
        .read(
            topic,
            start,
            entry -> {
              if (keys == null
                  || (entry.key() != null
                      && keys.contains(new String(entry.key(), StandardCharsets.UTF_8)))) {
                reader.read(entry).ifPresent(taker);
              }
              return true;
            });
    reader.warn(console(), topic);
  }

  private void write(List<FeedbackJoin.Outcome> outcomes) throws IOException {
    try (Writer writer = Files.newBufferedWriter(out);
        CSVPrinter csv = new CSVPrinter(writer, CSV)) {
      for (FeedbackJoin.Outcome outcome : outcomes) {
        csv.printRecord(
            outcome.requestId(), outcome.prompt(), cell(outcome.cheap()), cell(outcome.strong()));
      }
    }
  }

  private static String cell(OptionalDouble score) {
    return score.isPresent() ? Double.toString(score.getAsDouble()) : "";
  }

  private void report(FeedbackJoin.Joined joined) {
    int rows = joined.outcomes().size();
    long pairs = joined.outcomes().stream().filter(FeedbackJoin.Outcome::paired).count();
    if (output.json) {
      console()
          .print(
              RecordJson.MAPPER
                  .createObjectNode()
                  .put("rows", rows)
                  .put("pairs", pairs)
                  .put("without_prompt", joined.withoutPrompt())
                  .put("other_models", joined.otherModels())
                  .put("several_tenants", joined.severalTenants())
                  .put("file", out.toString()));
      return;
    }
    console().print("%d prompts, %d judged for both models: %s".formatted(rows, pairs, out));
    if (joined.withoutPrompt() > 0) {
      console()
          .note(
              "%d judged requests are no longer in the log, or have no text"
                  .formatted(joined.withoutPrompt()));
    }
    if (joined.otherModels() > 0) {
      console()
          .note(
              "%d were answered by other models, or by none known".formatted(joined.otherModels()));
    }
    if (joined.severalTenants() > 0) {
      console()
          .note(
              "%d name no tenant and an id that several tenants have; give --tenant with feedback"
                  .formatted(joined.severalTenants()));
    }
  }
}
