package io.penstock.compose.cli;

import io.penstock.compose.http.FrontClient;
import io.penstock.schemas.routing.RoutingDocument;
import java.time.Instant;
import java.util.List;

/**
 * Lists all routing documents of a type, by name ascending.
 *
 * @param <D> the type
 */
abstract class DocumentListCommand<D extends RoutingDocument>
    extends OperatorResultCommand<List<D>> {

  private final Class<D> type;
  private final String path;
  private final String none;

  /**
   * @param path of the front's list
   * @param none what is printed in place of an empty table
   */
  DocumentListCommand(Environment environment, Class<D> type, String path, String none) {
    super(environment);
    this.type = type;
    this.path = path;
    this.none = none;
  }

  /** What is shown of a document; JSON shows it whole. */
  abstract Listing<D> listing(Instant now);

  @Override
  final List<D> ask(Cluster cluster) {
    return cluster.routing().list().all(type).toList();
  }

  @Override
  final List<D> ask(FrontClient client) throws InterruptedException {
    return FrontDocuments.list(client, path, type);
  }

  @Override
  final int show(List<D> documents) {
    listing(environment.clock().instant()).print(console(), output.json, documents, none);
    return ExitCodes.OK;
  }
}
