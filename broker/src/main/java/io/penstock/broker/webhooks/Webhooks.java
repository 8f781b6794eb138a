package io.penstock.broker.webhooks;

import io.penstock.broker.home.HomeWrites;
import io.penstock.broker.home.Homes;
import io.penstock.broker.home.PartitionListener;
import io.penstock.broker.home.StateListener;
import io.penstock.broker.home.StateWriter;
import io.penstock.broker.http.Forwarding;
import io.penstock.broker.metrics.WebhookMetrics;
import io.penstock.broker.settings.WebhookSettings;
import io.penstock.broker.webhooks.delivery.DeadLetterDirectory;
import io.penstock.broker.webhooks.delivery.DeliveryService;
import io.penstock.broker.webhooks.delivery.EventAnnouncer;
import io.penstock.broker.webhooks.endpoints.EndpointDirectory;
import io.penstock.broker.webhooks.endpoints.EndpointRegistry;
import io.penstock.broker.webhooks.sending.AddressRules;
import io.penstock.broker.webhooks.sending.CheckedResolver;
import io.penstock.broker.webhooks.sending.HttpSender;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** Webhooks of one instance of the front, put together. */
public final class Webhooks implements StateListener, AutoCloseable {

  private final WebhookSettings settings;
  private final Homes homes;
  private final IntFunction<Optional<StateWriter>> writers;
  private final InstantSource clock;
  private final EndpointDirectory endpoints = new EndpointDirectory();
  private final DeadLetterDirectory deadLetters = new DeadLetterDirectory();
  private final CheckedResolver resolver;
  private final HttpSender sender;
  private final DeliveryService deliveries;

  /**
   * @param writers writes to a partition, if it is open here
   */
  public Webhooks(
      WebhookSettings settings,
      Homes homes,
      IntFunction<Optional<StateWriter>> writers,
      WebhookMetrics metrics,
      InstantSource clock) {
    this.settings = settings;
    this.homes = homes;
    this.writers = writers;
    this.clock = clock;
    this.resolver = new CheckedResolver(new AddressRules(settings.networks()));
    this.sender = new HttpSender(settings, resolver);
    this.deliveries = new DeliveryService(homes, endpoints, settings, sender, metrics, clock);
  }

  /** What lives in this instance's homes. */
  public List<PartitionListener> listeners() {
    return List.of(deliveries);
  }

  /** For what ends without a result of its own. */
  public EventAnnouncer announcer() {
    return deliveries;
  }

  /** What controllers are made with. */
  public List<Object> parts(Forwarding forwarding) {
    return List.of(
        endpoints,
        new EndpointRegistry(new HomeWrites(homes, writers), endpoints, settings.maxEndpoints()),
        new ReceiverProbe(sender, resolver::resolve, clock),
        new DeadLetters(deadLetters, endpoints, deliveries, forwarding));
  }

  /** Begins to deliver. */
  public void start() {
    deliveries.start();
  }

  @Override
  public void beginning() {
    endpoints.beginning();
    deadLetters.beginning();
  }

  @Override
  public void entry(String kind, String id, byte @Nullable [] document) {
    endpoints.entry(kind, id, document);
    deadLetters.entry(kind, id, document);
  }

  @Override
  public void upToDate() {
    endpoints.upToDate();
    deadLetters.upToDate();
  }

  @Override
  public void close() throws IOException {
    deliveries.close();
    sender.close();
  }
}
