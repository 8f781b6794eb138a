package io.penstock.compose.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.compose.http.FrontCall;
import io.penstock.compose.http.FrontClient;
import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.models.VariantState;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code penstock models} and the commands below it. */
@Command(
    name = "models",
    description = "List, add, change and remove models; see their health; go back to what was.",
    footer = {
      "",
      "Examples:",
      "  penstock models list",
      "  penstock models apply models.yaml",
      "  penstock models remove llama-3-8b",
      "  penstock models health",
      "  penstock models history",
      "  penstock models rollback 12"
    })
final class ModelsCommand extends GroupCommand {

  /** {@code penstock models list}. */
  @Command(
      name = "list",
      description = {
        "Show all models. JSON: a ModelSpec record for each, by name.",
        "",
        "Over HTTP, which --url, --key and $$PENSTOCK_URL choose, models and aliases by name; JSON:"
            + " OpenAI's object for each. An operator's key shows the same as Kafka."
      })
  static final class ListModels extends RequesterCommand {

    private static final Listing<ObjectNode> NAMES =
        Listing.ofRecords(
            model -> model,
            Column.shown("NAME", model -> model.path("id").asText()),
            Column.shown("OWNER", model -> model.path("owned_by").asText()));

    @Option(
        names = "--admin-key",
        paramLabel = "SECRET",
        description =
            "A key of role admin, or the admin secret: everything about models over HTTP. Else"
                + " $$PENSTOCK_ADMIN_KEY, where no other key is given.")
    @Nullable String adminKey;

    ListModels(Environment environment) {
      super(environment);
    }

    @Override
    int run(Cluster cluster) {
      print(this, cluster.models().list());
      return ExitCodes.OK;
    }

    private boolean isForOperators() {
      return adminKey != null || (!front.hasKey(environment) && AdminOptions.hasKey(environment));
    }

    @Override
    void validate() {
      if (front.key != null && adminKey != null) {
        throw CliException.usage("--key and --admin-key contradict each other; give one");
      }
    }

    @Override
    List<String> httpOptions() {
      List<String> names = new ArrayList<>(super.httpOptions());
      GivenOptions.name("--admin-key", adminKey).ifPresent(names::add);
      return names;
    }

    @Override
    FrontClient client() {
      return isForOperators()
          ? new AdminOptions(front.url, adminKey).client(environment)
          : super.client();
    }

    @Override
    void validateHttp() {}

    @Override
    int run(FrontClient client) throws InterruptedException {
      if (isForOperators()) {
        print(this, FrontModels.list(client));
        return ExitCodes.OK;
      }
      NAMES.print(
          console(), output.json, FrontPages.objects(client.object(FrontCall.get("/v1/models"))));
      return ExitCodes.OK;
    }
  }

  /** {@code penstock models apply}. */
  @Command(
      name = "apply",
      description = {
        "Add the models of a file, or replace those of the same name; others stay.",
        "",
        "The file is checked as a whole, together with what the registry holds, before anything"
            + " changes. JSON: a ModelSpec record for each model applied."
      })
  static final class Apply extends OperatorResultCommand<List<ModelSpec>> {

    @Parameters(paramLabel = "FILE", description = "A YAML or JSON file of models.")
    Path file = Path.of("");

    Apply(Environment environment) {
      super(environment);
    }

    @Override
    List<ModelSpec> ask(Cluster cluster) {
      return cluster.models().apply(file);
    }

    @Override
    List<ModelSpec> ask(FrontClient client) throws InterruptedException {
      return FrontModels.apply(client, file, environment.clock().instant());
    }

    @Override
    int show(List<ModelSpec> applied) {
      print(this, applied);
      return ExitCodes.OK;
    }
  }

  /** {@code penstock models remove}. */
  @Command(
      name = "remove",
      description = {
        "Remove a model; what waits for it runs to its deadline.",
        "",
        "JSON: {\"name\",\"removed\"}. Exits 1 if there is no such model."
      })
  static final class Remove extends OperatorResultCommand<Boolean> {

    @Parameters(paramLabel = "NAME", description = "The model's name, not an alias.")
    String name = "";

    Remove(Environment environment) {
      super(environment);
    }

    @Override
    Boolean ask(Cluster cluster) {
      return cluster.models().remove(name);
    }

    @Override
    Boolean ask(FrontClient client) throws InterruptedException {
      return FrontModels.remove(client, name);
    }

    @Override
    int show(Boolean removed) {
      if (output.json) {
        console()
            .print(RecordJson.MAPPER.createObjectNode().put("name", name).put("removed", removed));
      } else if (removed) {
        console().print("removed " + name);
      } else {
        console().error("there is no model '%s'; see 'penstock models list'".formatted(name));
      }
      return removed ? ExitCodes.OK : ExitCodes.FAILURE;
    }
  }

  private static void print(ClusterCommand command, List<ModelSpec> models) {
    Listing.<ModelSpec>ofRecords(
            RecordJson::of,
            Column.shown("NAME", ModelSpec::getName),
            Column.shown("CONTEXT", ModelSpec::getContextWindow),
            Column.shown("MAX OUTPUT", ModelSpec::getMaxOutputTokens),
            Column.shown("QUALITY", model -> text(model.getQuality())),
            Column.shown(
                "PRICE IN/OUT",
                model ->
                    text(model.getInputPricePerMillion())
                        + "/"
                        + text(model.getOutputPricePerMillion())),
            Column.shown("VARIANTS", ModelsCommand::variants),
            Column.shown(
                "ALIASES",
                model ->
                    model.getAliases().isEmpty() ? null : String.join(",", model.getAliases())),
            Column.shown("ENDPOINTS", model -> String.join(",", model.getEndpoints())))
        .print(command.console(), command.output.json, models);
  }

  private static String text(Optional<Double> value) {
    return value
        .map(each -> BigDecimal.valueOf(each).stripTrailingZeros().toPlainString())
        .orElse("-");
  }

  /** Each variant with its weight, or with its state where that is not active. */
  private static String variants(ModelSpec model) {
    return model.getVariants().isEmpty()
        ? "-"
        : model.getVariants().stream()
            .map(
                variant ->
                    variant.getName()
                        + ":"
                        + (VariantState.ACTIVE.of(variant)
                            ? Integer.toString(variant.getWeight())
                            : variant.getState()))
            .collect(Collectors.joining(","));
  }
}
