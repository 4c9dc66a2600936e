-- What an agent may declare stands beside the role that its people got with the appointment, where it is looked at with
-- every declaration. Before, it stood in the appointment only, and limited nothing.
--
-- Module of role_grant: registry/role.

alter table role_grant add column directions text;
alter table role_grant add column kinds text;

update role_grant set
    directions = (select a.directions from agent_member m join agent a on a.id = m.agent_id
        where m.grant_id = role_grant.id),
    kinds = (select a.kinds from agent_member m join agent a on a.id = m.agent_id
        where m.grant_id = role_grant.id)
where id in (select grant_id from agent_member);
