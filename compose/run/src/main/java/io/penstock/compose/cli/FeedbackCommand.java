package io.penstock.compose.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.compose.http.FrontCall;
import io.penstock.compose.http.FrontClient;
import io.penstock.schemas.Feedback;
import io.penstock.schemas.text.Printable;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code penstock feedback}. */
@Command(
    name = "feedback",
    description = {
      "Say how good a result was; 'penstock feedback export' makes training data of it.",
      "",
      "Returns when the log has it. Of one source only the latest judgement of a request counts."
          + " JSON: {\"requestId\",\"score\",\"source\"}."
    },
    footer = {
      "",
      "Examples:",
      "  penstock feedback 0195f0a2-7c11-7d3e-9c55-0d3f2a1b4c6d --score 1",
      "  penstock feedback 0195f0a2-7c11-7d3e-9c55-0d3f2a1b4c6d --score 0.2 --source review"
          + " --comment 'cites a law that does not exist'",
      "  penstock feedback export --cheap mixtral --strong gpt-4 --out outcomes.csv"
    })
final class FeedbackCommand extends RequesterCommand {

  @Parameters(arity = "0..1", paramLabel = "REQUEST_ID", description = "Whose result is judged.")
  @Nullable String requestId;

  @Option(
      names = "--score",
      paramLabel = "X",
      description = "From 0, useless, to 1, as good as can be.")
  @Nullable Double score;

  @Option(names = "--comment", paramLabel = "TEXT", description = "Why, for a person.")
  @Nullable String comment;

  @Option(
      names = "--source",
      paramLabel = "NAME",
      description = "Who or what judges (default: ${DEFAULT-VALUE}).")
  String source = "user";

  @Option(
      names = "--tenant",
      paramLabel = "NAME",
      description = "Whose request it was. Default: looked up by its id.")
  @Nullable String tenant;

  @Option(
      names = "--model",
      paramLabel = "NAME",
      description = "The model that answered, where its result is not kept; not needed.")
  @Nullable String model;

  FeedbackCommand(Environment environment) {
    super(environment);
  }

  @Override
  void validate() {
    if (requestId == null || requestId.isBlank()) {
      throw CliException.usage("REQUEST_ID is missing; give a request's id, or 'export'");
    }
    if (score == null || !(score >= 0 && score <= 1)) {
      throw CliException.usage(
          "--score is %s; give a number from 0 to 1".formatted(score == null ? "missing" : score));
    }
    if (source.isBlank()) {
      throw CliException.usage("--source is blank; name who or what judges");
    }
  }

  /** Whose request it is, where that is known. */
  private @Nullable String owner(Cluster cluster, String id) {
    if (tenant != null) {
      return tenant;
    }
    List<String> tenants = RequestStates.read(cluster, console(), List.of(id), null).tenants(id);
    if (tenants.size() > 1) {
      throw CliException.usage(RequestStates.severalTenants(id, tenants));
    }
    return tenants.isEmpty() ? null : tenants.getFirst();
  }

  @Override
  int run(Cluster cluster) {
    Feedback feedback =
        Feedback.newBuilder()
            .setRequestId(requestId)
            .setTenant(owner(cluster, String.valueOf(requestId)))
            .setModel(model)
            .setScore(score)
            .setComment(comment)
            .setSource(source)
            .setGivenAt(environment.clock().instant())
            .build();
    cluster.requests().feedback(feedback).join();
    show();
    return ExitCodes.OK;
  }

  @Override
  void validateHttp() {
    requireAbsent(tenant != null, "--tenant", "it follows from the key");
    requireAbsent(model != null, "--model", "the result says it");
  }

  @Override
  int run(FrontClient client) throws InterruptedException {
    ObjectNode body =
        RecordJson.MAPPER
            .createObjectNode()
            .put("request_id", requestId)
            .put("score", score)
            .put("source", source);
    if (comment != null) {
      body.put("comment", comment);
    }
    // Said twice it counts once.
    ObjectNode taken =
        client.object(FrontCall.post("/v1/feedback", FrontDocuments.bytes(body)).asRepeatable());
    show();
    if (!taken.path("remembered").asBoolean(true)) {
      console()
          .warn(
              ("the front remembers no request %s of your tenant; if there never was one, the"
                      + " judgement does not count")
                  .formatted(Printable.of(String.valueOf(requestId))));
    }
    return ExitCodes.OK;
  }

  private void show() {
    if (output.json) {
      ObjectNode json = RecordJson.MAPPER.createObjectNode();
      console().print(json.put("requestId", requestId).put("score", score).put("source", source));
    } else {
      console().print("noted %s for %s".formatted(score, Printable.of(String.valueOf(requestId))));
    }
  }
}
