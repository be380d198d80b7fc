import farEastImpact from '../tabs/1-FarEastImpact.graphql';
import permitsByRegionAndYear from '../tabs/2-PermitsByRegionAndYear.graphql';
import compliance2397 from '../tabs/3-Compliance2397.graphql';
import ambassadorsClaims from '../tabs/4-AmbassadorsClaims.graphql';
import workersPresentByMonth from './05-WorkersPresentByMonth.graphql';
import whoLeftAndHow from './06-WhoLeftAndHow.graphql';
import reportedImpact from './07-ReportedImpact.graphql';
import claimsAndVerdicts from './08-ClaimsAndVerdicts.graphql';
import thisRelease from './09-ThisRelease.graphql';
import changesSinceTheFirst from './10-ChangesSinceTheFirst.graphql';

/** The queries with which the page opens on a first visit. */
export const firstTabs = [farEastImpact, permitsByRegionAndYear, compliance2397, ambassadorsClaims];

/** All queries that the page offers, each beginning with its question as a comment. */
export const examples = [...firstTabs, workersPresentByMonth, whoLeftAndHow, reportedImpact, claimsAndVerdicts, thisRelease, changesSinceTheFirst];
