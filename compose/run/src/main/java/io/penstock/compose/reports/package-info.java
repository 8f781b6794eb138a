/**
 * Reports of what the log holds, as the control loop reckons, for the command line and the front.
 */
package io.penstock.compose.reports;
