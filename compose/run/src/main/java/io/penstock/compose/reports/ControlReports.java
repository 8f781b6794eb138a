package io.penstock.compose.reports;

import io.penstock.broker.admin.LogReports;
import io.penstock.schemas.models.ModelCatalog;
import io.penstock.schemas.routing.Experiment;

/** The reports that the control loop's own reckoning makes. */
public final class ControlReports implements LogReports {

  @Override
  public Report costs(CostQuestion question, ModelCatalog models) {
    return CostsFromResults.of(question, models);
  }

  @Override
  public Report experiment(Experiment experiment) {
    return new ExperimentFromResults(experiment);
  }
}
