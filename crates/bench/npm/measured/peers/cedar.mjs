// Cedar's wasm, by its stateful call: the policies are parsed before, and each call is given the entities that it needs
// and no other.

const POLICIES = `
permit(principal, action == Action::"can_read", resource) when { resource.can_read.contains(principal) };
permit(principal, action == Action::"can_write", resource) when { resource.can_write.contains(principal) };
permit(principal, action == Action::"can_grant", resource) when { resource.can_grant.contains(principal) };
permit(principal, action == Action::"can_delete", resource) when { resource.can_delete.contains(principal) };
`;
const ID = "bench";

export function cedar({ preparsePolicySet, statefulIsAuthorized }, { subject, actions, resources, isAllowed }) {
  const parsed = preparsePolicySet(ID, { staticPolicies: POLICIES });
  if (parsed.type !== "success") throw new Error(`cedar: ${JSON.stringify(parsed)}`);
  const principal = { type: "User", id: subject };
  const entities = new Map();
  for (const resource of resources) {
    const holders = (action) => (isAllowed(action, resource) ? [{ __entity: principal }] : []);
    const attrs = Object.fromEntries(actions.map((action) => [action, holders(action)]));
    entities.set(resource, [
      { uid: { type: "Stream", id: resource }, attrs, parents: [] },
      { uid: principal, attrs: {}, parents: [] },
    ]);
  }
  return () => (action, resource) => {
    const answer = statefulIsAuthorized({
      principal,
      action: { type: "Action", id: action },
      resource: { type: "Stream", id: resource },
      context: {},
      preparsedPolicySetId: ID,
      entities: entities.get(resource),
    });
    if (answer.type !== "success") throw new Error(`cedar: ${JSON.stringify(answer)}`);
    return answer.response.decision === "allow";
  };
}
