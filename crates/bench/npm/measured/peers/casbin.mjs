// casbin: one policy for each action that is allowed on an object, and the plainest matcher.

const MODEL = `
[request_definition]
r = sub, obj, act
[policy_definition]
p = sub, obj, act
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = r.obj == p.obj && r.act == p.act && r.sub == p.sub
`;

export async function casbin({ newEnforcer, newModelFromString }, { subject, actions, resources, isAllowed }) {
  const enforcer = await newEnforcer(newModelFromString(MODEL));
  for (const resource of resources) {
    const allowed = actions.filter((action) => isAllowed(action, resource));
    if (allowed.length > 0) await enforcer.addPolicies(allowed.map((action) => [subject, resource, action]));
  }
  return () => (action, resource) => enforcer.enforceSync(subject, resource, action);
}
