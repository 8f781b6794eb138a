package io.penstock.compose.cli;

import io.penstock.compose.http.FrontClient;
import io.penstock.schemas.models.ModelChanges;
import io.penstock.schemas.routing.Revision;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code penstock models history}. */
@Command(
    name = "history",
    description = {
      "Show the revisions of the model registry that are kept, the latest first.",
      "",
      "JSON: an object for each with revision, appliedAt, summary and models, which is what"
          + " 'models apply' reads."
    },
    footer = {"", "Examples:", "  penstock models history", "  penstock models rollback 12"})
final class ModelHistoryCommand extends OperatorResultCommand<List<Revision>> {

  private static final Listing<Revision> LISTING =
      Listing.of(
          Column.of("REVISION", "revision", Revision::name),
          Column.of("APPLIED", "appliedAt", Revision::appliedAt),
          Column.of("CHANGE", "summary", Revision::summary),
          Column.field("models", revision -> RecordJson.read(revision.models()).path("models")));

  ModelHistoryCommand(Environment environment) {
    super(environment);
  }

  @Override
  List<Revision> ask(Cluster cluster) {
    return cluster.models().history();
  }

  @Override
  List<Revision> ask(FrontClient client) throws InterruptedException {
    // Only JSON shows the models.
    return FrontModels.history(client, output.json);
  }

  @Override
  int show(List<Revision> revisions) {
    LISTING.print(console(), output.json, revisions, "no revision is kept");
    return ExitCodes.OK;
  }

  /** {@code penstock models rollback}. */
  @Command(
      name = "rollback",
      description = {
        "Make the registry what it was at a revision.",
        "",
        "Models added since are removed, all others become as they were then. The rollback is a"
            + " revision of its own. JSON: revision, and changes with added, updated, unchanged and"
            + " removed."
      })
  static final class Rollback extends OperatorResultCommand<ModelChanges> {

    @Parameters(paramLabel = "REVISION", description = "Its number; see 'penstock models history'.")
    String revision = "";

    Rollback(Environment environment) {
      super(environment);
    }

    @Override
    ModelChanges ask(Cluster cluster) {
      return cluster.models().rollback(revision).orElseThrow(this::notKept);
    }

    @Override
    ModelChanges ask(FrontClient client) throws InterruptedException {
      return FrontModels.rollback(client, revision).orElseThrow(this::notKept);
    }

    /** Says the same either way. */
    private CliException notKept() {
      return CliException.failure(
          "revision %s is not kept; 'penstock models history' lists those that are"
              .formatted(revision));
    }

    @Override
    int show(ModelChanges changes) {
      if (output.json) {
        console()
            .print(
                RecordJson.MAPPER
                    .createObjectNode()
                    .put("revision", revision)
                    .set("changes", RecordJson.MAPPER.valueToTree(changes)));
        return ExitCodes.OK;
      }
      print("added", changes.added());
      print("updated", changes.updated());
      print("removed", changes.removed());
      console().note("the registry is as it was at revision " + revision);
      return ExitCodes.OK;
    }

    private void print(String what, List<String> names) {
      if (!names.isEmpty()) {
        console().print(what + " " + String.join(", ", names));
      }
    }
  }
}
